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
