import { expect, test } from 'vitest';
import { makeHome } from './support/som3d.ts';
import { serve, problem } from './support/server.ts';

const SPANISH = { LC_ALL: 'es_CO.UTF-8' };

test.each([
  ['the locale', ['--help'], { LC_ALL: '', LC_MESSAGES: 'es_CO.UTF-8' }, 'Comandos:'],
  ['--lang before the command', ['--lang', 'es', 'upload', '--help'], {}, 'sube un ZIP de archivos DICOM'],
  ['--lang after the command', ['jobs', '--help', '--lang=es'], {}, '(si falta: 20)'],
  ['--lang against the locale', ['--lang', 'en', '--help'], SPANISH, 'Commands:'],
  ['no locale that it knows', ['--help'], { LC_ALL: 'fr_FR.UTF-8' }, 'Commands:'],
])('the command speaks the language of %s', async (_name, args, env, words) => {
  await using home = await makeHome();
  const { code, stdout } = await home.som3d(args, { env });
  expect(code).toBe(0);
  expect(stdout).toContain(words);
});

test.each([
  [['uplod'], {}, "unknown command 'uplod'\n(Did you mean upload?)"],
  [['uplod'], SPANISH, "el comando 'uplod' no existe\n(¿Quiso decir upload?)"],
  [['jobs', '--jsn'], SPANISH, "la opción '--jsn' no existe\n(¿Quiso decir --json?)"],
  [['upload'], SPANISH, "falta el argumento 'scan'"],
  [['cancel', 'a', 'b'], SPANISH, 'sobran argumentos: van 1, no 2'],
  [['jobs', '--limit', '0'], SPANISH, 'Debe ser un número entero de 1 a 500.'],
  [['jobs', '--status', 'x'], SPANISH, 'Se admite: queued, running, done, error, canceled.'],
  [['jobs', '--lang', 'fr'], {}, 'Allowed choices are es, en.'],
  [['upload', 'none.zip', '--lang', 'es'], {}, 'No existe el archivo none.zip'],
])('a wrong use is explained: %j %j', async (args, env, words) => {
  await using home = await makeHome();
  const { code, stderr } = await home.som3d(args, { env });
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});

test('a refusal stands beside what to do next, in one language', async () => {
  await using server = await serve((_request, response) => problem(response, 401, 'Sesión vencida'));
  await using home = await makeHome();
  const env = { ...SPANISH, SOM3D_URL: server.url, SOM3D_TOKEN: 'old' };
  const { code, stderr } = await home.som3d(['jobs'], { env });
  expect(code).toBe(3);
  expect(stderr).toBe('Sesión vencida (HTTP 401)\nSOM3D_TOKEN no vale, o ya no.\n');
});
