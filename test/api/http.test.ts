import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { get as request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { contract, Problem } from '@som3d/contract';
import { expect, test } from 'vitest';
import { describeApi } from '../support/server.ts';

async function problem(response: Response) {
  return Problem.parse(await response.json());
}

/** What every endpoint has in common: errors, headers, documents. Plain fetch, as a stranger would call. */
describeApi('http', (api) => {
  const call = (address: string, init?: RequestInit) => fetch(api().url + address, { redirect: 'manual', ...init });
  const json = { 'content-type': 'application/json' };
  const post = (body: BodyInit, headers: Record<string, string> = json) =>
    call('/auth/login', { method: 'POST', body, headers });

  /** Without fetch, which adds `cache-control: no-cache` to a condition. */
  const statusOf = async (address: string, headers: Record<string, string>) => {
    const [response] = (await once(request(api().url + address, { headers }), 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };

  test('answers unknown routes, wrong methods and bad bodies with problems', async () => {
    const cases: [Promise<Response>, number][] = [
      [call('/nothing/here'), 404],
      [call('/patients/1/../../nothing'), 404],
      [call('/som3d/files/%E0%A4%A'), 400],
      [call('/auth/login'), 405],
      [call('/patients/7', { method: 'PUT' }), 405],
      [call('/som3d/jobs/mine', { method: 'DELETE' }), 405],
      [call('/hospitals/mine-status/', { method: 'PATCH' }), 405],
      [call('/mensajes/admin/inbox', { method: 'PATCH' }), 405],
      [post('{"correo": '), 400],
      [post('null'), 422],
      [post('[]'), 422],
      [call('/auth/login', { method: 'POST' }), 422],
      [post('correo=a', { 'content-type': 'text/plain' }), 415],
      [post('{}', { 'content-type': 'application/json; charset=latin9' }), 415],
      [post(`{"correo":"${'x'.repeat(7 * 1024 * 1024)}"}`), 413],
    ];
    for (const [response, status] of cases) {
      const answer = await response;
      const body = await problem(answer);
      expect([answer.url, answer.status, body.status]).toEqual([answer.url, status, status]);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(body.request_id).toBe(answer.headers.get('x-request-id'));
      expect(body.detail.length).toBeGreaterThan(5);
    }
    expect((await call('/patients/7', { method: 'PUT' })).headers.get('allow')).toBe(
      'GET, PATCH, DELETE, HEAD, OPTIONS',
    );
    expect((await call('/som3d/jobs/mine', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  test('keeps a harmless request id and replaces any other', async () => {
    const idOf = async (id: string) => {
      const answer = await call('/health/live', { headers: { 'x-request-id': id } });
      return answer.headers.get('x-request-id');
    };
    expect(await idOf('trace-12345678')).toBe('trace-12345678');
    expect(await idOf('x"; drop')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('sends security headers, and CORS to the configured origins alone', async () => {
    const answer = await call('/health', { headers: { origin: 'http://localhost:3000' } });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'cross-origin',
      'origin-agent-cluster': '?1',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-frame-options': 'SAMEORIGIN',
      'x-permitted-cross-domain-policies': 'none',
      'x-xss-protection': '0',
    });
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    const stranger = await call('/health', { headers: { origin: 'https://evil.example' } });
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await call('/patients', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });

  test('lets no cache keep what it answers', async () => {
    const { token } = await api().doctor();
    for (const route of ['/patients', '/auth/me', '/health', '/nothing']) {
      const answer = await call(route, { headers: { authorization: `Bearer ${token}` } });
      expect([route, answer.headers.get('cache-control')]).toEqual([route, 'no-store']);
    }
  });

  test('reports its health', async () => {
    const { status, body } = await api().client.health.check();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', services: { database: { status: 'ok' }, storage: { status: 'ok' } } });
    expect((await api().client.health.live()).body).toEqual({ status: 'ok' });
  });

  test('says so when it can not keep files any more, and when it can again', async () => {
    const drafts = path.join(api().dataDir, 'tmp');
    await rm(drafts, { recursive: true });
    await writeFile(drafts, 'in the way');
    const answer = await call('/health');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'error',
      services: { database: { status: 'ok' }, storage: { status: 'error' } },
    });
    expect((await api().client.health.live()).status).toBe(200);
    await rm(drafts);
    await mkdir(drafts);
    expect((await api().client.health.check()).body.status).toBe('ok');
    // The request log calls a 503 an error, as it should.
    api().errors.splice(0);
  });

  test('offers the application at every address below /app/', async () => {
    const browser = { headers: { accept: 'text/html' } };
    expect((await call('/', browser)).headers.get('location')).toBe('app/');
    expect((await call('/app')).headers.get('location')).toBe('app/');
    for (const address of ['/app/', '/app/casos', '/app/casos/17/modelo']) {
      const answer = await call(address, browser);
      expect(answer.headers.get('content-security-policy')).toMatch(
        /script-src 'self' 'wasm-unsafe-eval';.*style-src 'self';/,
      );
      const html = await answer.text();
      const [, base = ''] = /<base href="([^"]+)"/.exec(html) ?? [];
      const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(html) ?? [];
      const { pathname } = new URL(script, new URL(base, `http://x${address}`));
      expect(pathname).toMatch(/^\/app\/assets\//);
      const bundle = await call(pathname, { headers: { 'accept-encoding': 'br' } });
      expect(Object.fromEntries(bundle.headers)).toMatchObject({
        'content-encoding': 'br',
        'content-type': expect.stringContaining('javascript'),
        'cache-control': 'public, max-age=31536000, immutable',
      });
    }
    expect((await call('/app/assets/none.js')).status).toBe(404);
    expect((await call('/app/index.html')).status).toBe(404);
    expect((await call('/app/a/b/c/d/e/f/g')).status).toBe(404);
  });

  test('offers the reference without any other server', async () => {
    expect((await call('/')).headers.get('location')).toBe('docs');
    const page = await (await call('/docs')).text();
    const guide = await (await call('/docs/guia')).text();
    expect(guide).toContain('<html lang="es">');
    const addresses = [page, guide].flatMap((html, at) =>
      [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(
        ([, address = '']) => new URL(address, `http://x${at ? '/docs/guia' : '/docs'}`).href,
      ),
    );
    expect(addresses.length).toBeGreaterThan(4);
    for (const address of addresses) {
      expect(address).toMatch(/^http:\/\/x\//);
      const asset = await call(address.slice('http://x'.length));
      expect([address, asset.status, (await asset.text()).length > 100]).toEqual([address, 200, true]);
    }
    const bundle = await (await call('/docs/assets/standalone.js')).text();
    expect(bundle).toContain('`Menos`:`Más`');
    for (const word of ['Show Less`', '`Copy`,', '`Copied`,']) expect(bundle).not.toContain(word);
    const document = (await (await call('/openapi.json')).json()) as { openapi: string; paths: Record<string, object> };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain(contract.patients.get.path.replace(':id', '{id}'));
  });

  test('compresses the files of the reference, and says when the caller has them already', async () => {
    for (const address of ['/openapi.json', '/docs/assets/standalone.js']) {
      const plain = await call(address, { headers: { 'accept-encoding': 'identity' } });
      const content = await plain.text();
      expect(plain.headers.get('content-encoding')).toBeNull();
      expect(plain.headers.get('content-length')).toBe(String(Buffer.byteLength(content)));
      const etag = plain.headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\//);
      for (const [accepted, encoding] of Object.entries({ 'gzip, br': 'br', 'gzip, br;q=0': 'gzip' })) {
        const headers = { 'accept-encoding': accepted };
        const packed = await call(address, { headers });
        expect(packed.headers.get('content-encoding')).toBe(encoding);
        expect(packed.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
        expect(Number(packed.headers.get('content-length'))).toBeLessThan(content.length / 3);
        expect(await packed.text()).toBe(content);
        const head = await call(address, { method: 'HEAD', headers });
        expect(head.headers.get('content-length')).toBe(packed.headers.get('content-length'));
        expect(await statusOf(address, { ...headers, 'if-none-match': etag })).toBe(304);
      }
    }
  });

  test('compresses a long list, but no short answer and none below /auth', async () => {
    const doctor = await api().doctor();
    for (let at = 0; at < 6; at++) {
      const body = { nombres: 'María José', apellidos: 'Núñez', doc_tipo: 'CC', doc_numero: `H${1000 + at}` };
      await doctor.client.patients.create({ body });
    }
    const get = (address: string, encoding: string, method = 'GET') =>
      call(address, { method, headers: { authorization: `Bearer ${doctor.token}`, 'accept-encoding': encoding } });
    const plain = await get('/patients', 'identity');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(Number(plain.headers.get('content-length'))).toBeGreaterThan(1024);
    const content = await plain.text();
    for (const encoding of ['br', 'gzip']) {
      const packed = await get('/patients', encoding);
      expect(packed.headers.get('content-encoding')).toBe(encoding);
      expect(packed.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
      expect(packed.headers.get('etag')).toMatch(/^W\//);
      expect(await packed.text()).toBe(content);
      const head = await get('/patients', encoding, 'HEAD');
      expect([head.status, await head.text()]).toEqual([200, '']);
      const known = { 'accept-encoding': encoding, 'if-none-match': packed.headers.get('etag') ?? '' };
      expect(await statusOf('/patients', { authorization: `Bearer ${doctor.token}`, ...known })).toBe(304);
    }
    for (const address of [
      '/patients?limit=1',
      '/auth/reset-password/form?token=x',
      '/AUTH/reset-password/form?token=x',
    ]) {
      expect((await get(address, 'br, gzip')).headers.get('content-encoding')).toBeNull();
    }
    expect((await (await get('/auth/reset-password/form?token=x', 'br')).text()).length).toBeGreaterThan(1024);
  });
});
