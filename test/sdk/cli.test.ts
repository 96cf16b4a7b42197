// @module-tag heavy
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { json, problem, serve, user, type Handler } from './support/server.ts';
import { makeHome } from './support/som3d.ts';

const service: Handler = (request, response) => {
  if (request.url === '/auth/login') {
    const { password } = JSON.parse(String(request.body)) as { password: string };
    if (password === 'right one') json(response, 200, { access_token: 'tok-1', token_type: 'bearer' });
    else problem(response, 401, 'Credenciales inválidas');
  } else if (request.headers.authorization === 'Bearer tok-1') json(response, 200, user);
  else problem(response, 401, 'Sesión inválida');
};
function login(url: string) {
  return ['login', '--url', url, '--correo', 'ana@example.com', '--password-stdin'];
}

describe('a session', () => {
  test('is opened, kept for its owner only, used and forgotten', async () => {
    await using server = await serve(service);
    await using home = await makeHome();
    const opened = await home.som3d(login(`${server.url}/`), { stdin: 'right one\n' });
    expect(opened).toMatchObject({ code: 0, stdout: `Logged in to ${server.url} as ana@example.com.\n` });
    expect((await stat(home.credentials)).mode & 0o777).toBe(0o600);
    const stored = JSON.parse(await readFile(home.credentials, 'utf8')) as unknown;
    expect(stored).toEqual({ url: server.url, token: 'tok-1', correo: 'ana@example.com' });
    expect(opened.stdout + opened.stderr).not.toMatch(/tok-1|right one/);

    const who = await home.som3d(['whoami']);
    expect(who).toMatchObject({
      code: 0,
      stdout: `Ana Ruiz <ana@example.com> (MEDICO) at ${server.url}\n`,
      stderr: '',
    });
    expect(server.requests.at(-1)?.headers['user-agent']).toMatch(/^som3d-cli\/\d+\.\d+\.\d+ node\//);

    expect(await home.som3d(['logout'])).toMatchObject({ code: 0, stdout: 'Logged out.\n' });
    expect(await home.som3d(['logout'])).toMatchObject({ code: 0, stdout: 'There was no session.\n' });
    const after = await home.som3d(['whoami'], { env: { SOM3D_URL: server.url } });
    expect(after).toMatchObject({ code: 3, stdout: '' });
    expect(after.stderr).toContain(`Not logged in to ${server.url}. Run: som3d login --url ${server.url}`);
  });

  test('is not opened with a wrong password, whose text is in no output', async () => {
    await using server = await serve(service);
    await using home = await makeHome();
    const refused = await home.som3d(login(server.url), { stdin: 'wrong-secret' });
    expect(refused).toMatchObject({ code: 3, stdout: '', stderr: 'Credenciales inválidas (HTTP 401)\n' });
    await expect(stat(home.credentials)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('comes from the environment first, and a stored token goes to no other server', async () => {
    await using server = await serve(service);
    await using other = await serve(service);
    await using home = await makeHome();
    await home.som3d(login(server.url), { stdin: 'right one' });
    expect((await home.som3d(['whoami'], { env: { SOM3D_URL: other.url } })).code).toBe(3);
    expect(other.requests).toEqual([]);
    const env = { SOM3D_URL: other.url, SOM3D_TOKEN: 'tok-1' };
    expect((await home.som3d(['whoami'], { env })).code).toBe(0);
    const bad = await home.som3d(['whoami'], { env: { SOM3D_TOKEN: 'tok-secret' } });
    expect(bad).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/Sesión inválida.*\nSOM3D_TOKEN is not valid/),
    });
    expect(bad.stderr).not.toContain('tok-secret');
  });

  test('that has ended says how to open another', async () => {
    await using server = await serve((_request, response) => problem(response, 401, 'Sesión vencida'));
    await using home = await makeHome();
    const ended = await home.som3d(['jobs'], { env: { SOM3D_URL: server.url, SOM3D_TOKEN: 't' } });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('Sesión vencida');
  });
});

describe('wrong use ends with 2 and says what is wrong', () => {
  const session = { SOM3D_URL: 'http://127.0.0.1:9', SOM3D_TOKEN: 't' };

  test.each([
    ['nothing', [], 'Usage: som3d'],
    ['an unknown command', ['fly'], "unknown command 'fly'"],
    ['an unknown option', ['jobs', '--fly'], "unknown option '--fly'"],
    ['a missing argument', ['upload'], "missing required argument 'scan'"],
    ['a limit that is none', ['jobs', '--limit', '0'], 'whole number from 1 to 500'],
    ['a status that is none', ['jobs', '--status', 'lost'], 'Allowed choices are queued, running, done'],
    ['a patient that is none', ['upload', 'x.zip', '--patient', '-1'], '--patient'],
    ['a file that is not there', ['upload', '/nowhere/scan.zip'], 'There is no file /nowhere/scan.zip'],
    ['a directory in place of a file', ['upload', '/'], '/ is not a file'],
    ['a job of two dots', ['cancel', '..'], 'cannot be ".."'],
    ['an address that is none', ['login', '--url', 'ftp://x', '--correo', 'a', '--password-stdin'], 'http://'],
    ['nobody to ask', ['login'], '--correo'],
    ['nobody to ask for the password', ['login', '--correo', 'a@b.co'], '--password-stdin'],
    ['an empty password', ['login', '--correo', 'a@b.co', '--password-stdin'], 'cannot be empty'],
  ])('%s', async (_name, args, message) => {
    await using home = await makeHome();
    const { code, stdout, stderr } = await home.som3d(args, { env: session });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test.each([
    ['not a ZIP', 'DICM and so on', 'is not a ZIP file'],
    ['empty', '', 'is not a ZIP file'],
    ['a ZIP of nothing', 'PK\u0005\u0006', 'is a ZIP without files'],
  ])('a file that is %s', async (_name, content, message) => {
    await using home = await makeHome();
    const path = join(home.directory, 'scan.zip');
    await writeFile(path, content);
    const { code, stderr } = await home.som3d(['upload', path], { env: session });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('what the service finds wrong, field by field', async () => {
    await using server = await serve((_request, response) =>
      problem(
        response,
        422,
        'Datos no válidos',
        {},
        { errors: [{ loc: ['body', 'nombre'], msg: 'Corto', type: 'x' }] },
      ),
    );
    await using home = await makeHome();
    const { code, stderr } = await home.som3d(['jobs'], { env: { ...session, SOM3D_URL: server.url } });
    expect([code, stderr]).toEqual([2, 'Datos no válidos (HTTP 422)\n  nombre: Corto\n']);
  });
});

describe('a failure', () => {
  test.each([
    [403, 3, {}, 'No puede'],
    [404, 1, {}, 'No puede (HTTP 404)'],
    [500, 1, {}, 'Request id: req-1'],
    [429, 1, { 'retry-after': '90' }, 'Try again in 90 s.'],
  ])('of the service: %i ends with %i', async (status, expected, headers, message) => {
    await using server = await serve((_request, response) => problem(response, status, 'No puede', headers));
    await using home = await makeHome();
    const env = { SOM3D_URL: server.url, SOM3D_TOKEN: 't' };
    const { code, stdout, stderr } = await home.som3d(['cancel', 'job-1'], { env });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(message);
  });

  test('to reach the server ends with 4 and names its address', async () => {
    const server = await serve(service);
    await server[Symbol.asyncDispose]();
    await using home = await makeHome();
    const { code, stderr } = await home.som3d(login(server.url), { stdin: 'right one' });
    expect([code, stderr]).toEqual([4, `The server at ${server.url} could not be reached (ECONNREFUSED).\n`]);
  });

  test('to find a SOM3D service there says so', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>');
    });
    await using home = await makeHome();
    const { code, stderr } = await home.som3d(['whoami'], { env: { SOM3D_URL: server.url, SOM3D_TOKEN: 't' } });
    expect(code).toBe(1);
    expect(stderr).toContain(`Is ${server.url} the address of a SOM3D service?`);
  });
});

test('documents its commands, its exit codes and its environment', async () => {
  await using home = await makeHome();
  const { code, stdout } = await home.som3d(['--help']);
  expect(code).toBe(0);
  for (const word of [
    'login',
    'upload',
    'download',
    'cancel',
    'sample',
    'Exit codes',
    'SOM3D_TOKEN',
    'not logged in',
  ]) {
    expect(stdout).toContain(word);
  }
  const upload = await home.som3d(['upload', '--help']);
  for (const option of ['--ortopedia', '--hip-implant', '--extra-tasks', '--wait', '--out', '--patient', '--cranio']) {
    expect(upload.stdout).toContain(option);
  }
  expect((await home.som3d(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
