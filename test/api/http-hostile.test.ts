import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { describeApi } from '../support/server.ts';

/** Sends a request as it stands, and a byte every so many ms after it. @returns all that came until the connection ended */
async function raw(url: string, request: string, trickle = false): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  socket.on('error', () => {});
  socket.write(request);
  const timer = trickle ? setInterval(() => socket.write('1'), 100) : undefined;
  await once(socket, 'close');
  clearInterval(timer);
  return answer;
}

function lines(...text: string[]): string {
  return `${text.join('\r\n')}\r\n\r\n`;
}

describeApi(
  'requests that no client sends by accident',
  (api) => {
    test.each([
      ['GET', '/health'],
      ['GET', '/docs'],
      ['GET', '/auth/me'],
      ['GET', '/nothing/here'],
    ])('two Host headers are a malformed request: %s %s', async (method, path) => {
      const request = lines(`${method} ${path} HTTP/1.1`, 'Host: a.example', 'host: b.example', 'Connection: close');
      const answer = await raw(api().url, request);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('urn:som3d:problem:malformed');
    });

    test.each(['a.example, b.example', 'a.example/path', 'user@a.example', 'a.example:80:81', '[::1', 'a b'])(
      'a Host that is no host is a malformed request: %s',
      async (host) => {
        const answer = await raw(api().url, lines('GET /health HTTP/1.1', `Host: ${host}`, 'Connection: close'));
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      },
    );

    test.each(['a.example', 'a.example:8000', '127.0.0.1:80', '[::1]:8000', 'api', 'a_b.example', ''])(
      'a Host that is one is taken: %s',
      async (host) => {
        const answer = await raw(api().url, lines('GET /health HTTP/1.1', `Host: ${host}`, 'Connection: close'));
        expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      },
    );

    test('a TRACE request shows nothing of what came', async () => {
      const answer = await raw(
        api().url,
        lines('TRACE /auth/me HTTP/1.1', 'Host: a.example', 'Authorization: Bearer hidden', 'Connection: close'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 405 /);
      expect(answer).not.toContain('hidden');
    });

    test.each([
      ['application/json', '{"a":'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['text/plain', 'a'],
    ])('a body is discarded where the route takes none: %s', async (type, body) => {
      const headers = { 'content-type': type };
      const answer = await fetch(`${api().url}/auth/logout`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
    });

    test.each([
      ['standalone.js', 200],
      ['standalone.js.map', 404],
      ['package.json', 404],
      ['index.html', 404],
      ['..%2fpackage.json', 404],
    ])('the reference serves the files that its page needs: %s', async (name, status) => {
      expect((await fetch(`${api().url}/docs/assets/${name}`)).status).toBe(status);
    });

    test.each([
      ['a JSON body', 'POST /auth/login', 'Content-Type: application/json'],
      ['a form of the gateway', 'POST /epayco/confirmation', 'Content-Type: application/x-www-form-urlencoded'],
    ])('%s that trickles is cut when its time is over', async (_name, target, type) => {
      const request = lines(`${target} HTTP/1.1`, 'Host: x', type, 'Content-Length: 5000');
      const answer = await raw(api().url, request, true);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('urn:som3d:problem:request-timeout');
    });
  },
  { SOM3D_BODY_SECONDS: '1' },
);
