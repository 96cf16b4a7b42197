// @module-tag heavy
import { randomBytes } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Job } from '@som3d/contract';
import { describe, expect, test } from 'vitest';
import { sampleZip } from '../support/jobs.ts';
import { startTestServer } from '../support/server.ts';
import { parseForm } from './support/multipart.ts';
import { jobWith, json, problem, serve, serveRaw, type Handler, type TestServer } from './support/server.ts';
import { makeHome, type Home } from './support/som3d.ts';

function envOf(server: TestServer) {
  return { SOM3D_URL: server.url, SOM3D_TOKEN: 't' };
}
const done = jobWith({ status: 'done', phase: 'finished', percent: 100 });
const ZIP = 'PK\u0003\u0004scan';

async function scanIn(home: Home): Promise<string> {
  const path = join(home.directory, 'scan.zip');
  await writeFile(path, ZIP);
  return path;
}

function binary(response: ServerResponse, type: string, content: string) {
  return response.writeHead(200, { 'content-type': type, 'content-length': content.length }).end(content);
}

const STLS = ['femur.stl', '../../../evil.stl', '..', '.bashrc', 'C:\\x\\femur.stl', 'FEMUR.stl', 'a\u001b[2Jb.stl'];

/** A service whose job runs through its phases, as events of one stream. */
function serviceWith(steps: readonly Partial<Job>[], last: Job = done): Handler {
  return (request, response) => {
    const { url, method } = request;
    if (method === 'POST') json(response, 201, jobWith());
    else if (url.endsWith('/events')) {
      const events = steps.map((step) => ({ ...jobWith(), ...step }));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const { status, phase, percent, error } of events) {
        response.write(
          `event: progress\nid: ${percent}\ndata: ${JSON.stringify({ status, phase, percent, error })}\n\n`,
        );
      }
      if (events.at(-1)?.status !== 'running') response.end();
    } else if (url.endsWith('/stls')) {
      const items = STLS.map((filename, n) => ({ filename, size: 5, url: `/som3d/files/f${n}` }));
      // Only the first has its other forms, as where a service was renewed between two jobs.
      Object.assign(items[0]!, { glb_url: '/som3d/files/g', png_url: '/som3d/files/p' });
      json(response, 200, { job_id: 'job-1', count: items.length, items, threemf_url: '/som3d/files/m' });
    } else if (url.startsWith('/som3d/files/')) binary(response, 'model/stl', `stl ${url.at(-1)}`);
    else if (url.endsWith('/result/bytes')) binary(response, 'application/zip', 'PK result');
    else json(response, 200, last);
  };
}

describe('upload', () => {
  test('sends the file and its options, and prints the job', async () => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const scan = await scanIn(home);
    const options = ['--name', 'Cadera', '--patient', '12', '--ortopedia', '--hip-implant', '--extra-tasks', 'a,b'];
    const { code, stdout, stderr } = await home.som3d(['upload', scan, ...options], { env: envOf(server) });
    expect([code, stdout]).toEqual([0, 'Job job-1\n']);
    expect(stderr).toContain('uploading 100 %');
    const [request] = server.requests;
    const form = await parseForm(request?.headers['content-type'], request?.body ?? Buffer.alloc(0));
    const file = form.get('file') as File;
    form.delete('file');
    expect([file.name, await file.text()]).toEqual(['scan.zip', ZIP]);
    expect(Object.fromEntries(form)).toEqual({
      nombre_proceso: 'Cadera',
      id_paciente: '12',
      enable_ortopedia: 'true',
      enable_hip_implant: 'true',
      extra_tasks: 'a,b',
    });
    expect(request?.headers['idempotency-key']).toBeTruthy();
  });

  test('sends every parameter of the form', async () => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const flags =
      '--umbral-min -300.5 --umbral-max 1200 --suavizado 5 --reduccion 0.5 --separar-partes --fragmento-min 12.5 ' +
      '--acomodar --serie 1.2.3 --appendicular --muscles --teeth --cranio --hueso-cortical --tejido-blando --grasa --piel';
    const { code } = await home.som3d(['upload', await scanIn(home), ...flags.split(' ')], { env: envOf(server) });
    expect(code).toBe(0);
    const [request] = server.requests;
    const form = await parseForm(request?.headers['content-type'], request?.body ?? Buffer.alloc(0));
    form.delete('file');
    expect(Object.fromEntries(form)).toEqual({
      umbral_min: '-300.5',
      umbral_max: '1200',
      suavizado: '5',
      reduccion: '0.5',
      separar_partes: 'true',
      fragmento_min: '12.5',
      acomodar: 'true',
      serie: '1.2.3',
      enable_appendicular: 'true',
      enable_muscles: 'true',
      teeth: 'true',
      cranio: 'true',
      extra_tasks: 'hueso_cortical,tejido_blando,grasa,piel',
    });
  });

  test.each([
    ['--umbral-min', 'x', 'It must be a number from -32768 to 32767.'],
    ['--reduccion', '0.96', 'It must be a number from 0 to 0.95.'],
    ['--suavizado', '2.5', 'It must be a whole number from 0 to 100.'],
  ])('refuses %s %s before anything is sent', async (flag, value, sentence) => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const { code, stderr } = await home.som3d(['upload', await scanIn(home), flag, value], { env: envOf(server) });
    expect([code, server.requests.length]).toEqual([2, 0]);
    expect(stderr).toContain(sentence);
  });

  test('ends as soon as the file is refused', async () => {
    await using server = await serveRaw((request, response) => {
      request.once('data', () => problem(response, 413, 'Demasiado grande'));
      request.on('error', () => undefined);
    });
    await using home = await makeHome();
    const scan = await scanIn(home);
    await truncate(scan, 15_000_000);
    const { code, stderr } = await home.som3d(['upload', scan], { env: envOf(server) });
    expect([code, stderr]).toEqual([1, expect.stringContaining('Demasiado grande (HTTP 413)')]);
    // Shorter than the 30 s of silence that a clock left running would hold the process for.
  }, 20_000);

  test('with --out follows the job in plain lines and saves what it made', async () => {
    const steps: Partial<Job>[] = [{ status: 'running', phase: 'segmenting', percent: 35 }, done];
    await using server = await serve(serviceWith(steps));
    await using home = await makeHome();
    const out = join(home.directory, 'a', 'b');
    const { code, stdout, stderr } = await home.som3d(['upload', await scanIn(home), '--out', out], {
      env: envOf(server),
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('segmenting 35 %\nfinished 100 %\nThe job is done.\n')]);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).toContain(`${join(out, 'job-1.zip')} (9 B)\n`);
    expect(await readFile(join(out, 'femur.stl'), 'utf8')).toBe('stl 0');
  });

  test('with --wait ends with 1 and the reason when the job fails', async () => {
    const failed = jobWith({ status: 'error', phase: 'error', error: 'El ZIP no contiene imágenes' });
    await using server = await serve(serviceWith([failed], failed));
    await using home = await makeHome();
    const { code, stdout, stderr } = await home.som3d(['upload', await scanIn(home), '--wait'], { env: envOf(server) });
    expect([code, stdout]).toEqual([1, 'Job job-1\n']);
    expect(stderr).toContain('Job job-1 failed: El ZIP no contiene imágenes');
  });

  test('with --wait and Ctrl-C says that the job goes on, and how to come back to it', async () => {
    await using server = await serve(serviceWith([{ status: 'running', phase: 'meshing', percent: 60 }]));
    await using home = await makeHome();
    const { code, stdout, stderr } = await home.som3d(['upload', await scanIn(home), '--wait'], {
      env: envOf(server),
      onStderr: (text, child) => {
        if (text.endsWith('meshing 60 %\n')) child.kill('SIGINT');
      },
    });
    expect([code, stdout]).toEqual([130, 'Job job-1\n']);
    expect(stderr).toMatch(/goes on.*som3d jobs.*som3d download job-1.*som3d cancel job-1/);
    expect(server.requests.some(({ method }) => method === 'DELETE')).toBe(false);
  });

  test('refuses a file in place of the directory before anything is sent', async () => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const scan = await scanIn(home);
    const { code, stderr } = await home.som3d(['upload', scan, '--out', scan], { env: envOf(server) });
    expect([code, server.requests.length]).toEqual([2, 0]);
    expect(stderr).toContain('cannot be used as a directory');
  });
});

describe('download', () => {
  test('takes no name of the server for a path, and leaves nothing half-done', async () => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const out = join(home.directory, 'out');
    const { code, stdout } = await home.som3d(['download', 'job-1', '--out', out], { env: envOf(server) });
    expect(code).toBe(0);
    const names = ['FEMUR-3.stl', 'a__2Jb.stl', 'bashrc', 'evil.stl', 'femur-2.stl', 'femur.stl', 'job-1.zip'];
    expect((await readdir(out)).toSorted()).toEqual([...names, 'model-3.stl'].toSorted());
    expect(await readFile(join(out, 'model-3.stl'), 'utf8')).toBe('stl 2');
    expect(await readdir(home.directory)).toEqual(['out']);
    expect(stdout).not.toContain('\u001b');
  });

  test('saves the other forms of the models too when told so', async () => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const out = join(home.directory, 'out');
    const { code } = await home.som3d(['download', 'job-1', '--out', out, '--all'], { env: envOf(server) });
    expect(code).toBe(0);
    const others = (await readdir(out)).filter((name) => !/\.(stl|zip)$/i.test(name) && name !== 'bashrc');
    expect(others.toSorted()).toEqual(['femur.glb', 'femur.png', 'modelos.3mf']);
    expect(await readFile(join(out, 'femur.png'), 'utf8')).toBe('stl p');
  });

  test('keeps the former file and no part of the new one when it breaks off', async () => {
    await using server = await serve((request, response, number) => {
      if (!request.url.endsWith('/f0')) return serviceWith([])(request, response, number);
      response.writeHead(200, { 'content-type': 'model/stl', 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    await using home = await makeHome();
    await writeFile(join(home.directory, 'femur.stl'), 'former');
    const { code, stderr } = await home.som3d(['download', 'job-1', '--out', home.directory], { env: envOf(server) });
    expect(code).toBe(4);
    expect(stderr).toContain('could not be reached');
    expect(await readdir(home.directory)).toEqual(['femur.stl']);
    expect(await readFile(join(home.directory, 'femur.stl'), 'utf8')).toBe('former');
  });

  test('shows why there is nothing yet', async () => {
    await using server = await serve((_request, response) => problem(response, 409, 'El trabajo aún no terminó'));
    await using home = await makeHome();
    const out = join(home.directory, 'out');
    const { code, stderr } = await home.som3d(['download', 'job-1', '--out', out], { env: envOf(server) });
    expect([code, stderr]).toEqual([1, 'El trabajo aún no terminó (HTTP 409)\nRequest id: req-1\n']);
    expect(await readdir(home.directory)).toEqual([]);
  });
});

const list: Handler = (_request, response) =>
  json(
    response,
    200,
    { jobs: [done, jobWith({ nombre_proceso: 'a\u001b]0;x\u0007\u202eb' })] },
    { 'x-total-count': '31' },
  );

describe('jobs', () => {
  test('are a table without anything that steers the terminal', async () => {
    await using server = await serve(list);
    await using home = await makeHome();
    const args = ['jobs', '--status', 'done', '--limit', '2'];
    const { code, stdout, stderr } = await home.som3d(args, { env: envOf(server) });
    expect([code, stderr, server.requests[0]?.url]).toEqual([
      0,
      '2 of 31; more with --limit.\n',
      '/som3d/jobs?status=done&limit=2',
    ]);
    expect(stdout.split('\n')).toEqual([
      'JOB    STATUS  PHASE     %    NAME       CREATED (UTC)',
      'job-1  done    finished  100  Cadera     2026-01-02 03:04:05',
      'job-1  queued  queued    0    a ]0;x  b  2026-01-02 03:04:05',
      '',
    ]);
  });

  test('are the whole as JSON', async () => {
    await using server = await serve(list);
    await using home = await makeHome();
    const { stdout } = await home.som3d(['jobs', '--json'], { env: envOf(server) });
    expect((JSON.parse(stdout) as Job[])[0]).toEqual(done);
  });
});

test('cancel says what became of the job', async () => {
  await using server = await serve((_request, response) => json(response, 200, jobWith({ status: 'canceled' })));
  await using home = await makeHome();
  const { code, stdout } = await home.som3d(['cancel', 'job-1'], { env: envOf(server) });
  expect([code, stdout]).toEqual([0, 'Job job-1: canceled\n']);
  expect(server.requests[0]).toMatchObject({ method: 'DELETE', url: '/som3d/jobs/job-1' });
});

describe('sample', () => {
  test('writes a ZIP that upload takes, and overwrites nothing unasked', async () => {
    await using server = await serve(serviceWith([]));
    await using home = await makeHome();
    const path = join(home.directory, 'sample.zip');
    expect((await home.som3d(['sample', path])).code).toBe(0);
    expect((await home.som3d(['upload', path], { env: envOf(server) })).code).toBe(0);
    const again = await home.som3d(['sample', path]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect((await home.som3d(['sample', path, '--force'])).code).toBe(0);
    expect(await readdir(home.directory)).toEqual(['sample.zip']);
  });

  test('says where it can not write', async () => {
    await using home = await makeHome();
    const { code, stderr } = await home.som3d(['sample', join(home.directory, 'no', 'x.zip')]);
    expect(code).toBe(1);
    expect(stderr).toContain('ENOENT');
    expect(stderr).not.toContain('    at ');
  });
});

describe('upload of a large file', () => {
  test('continues where it was interrupted, with its speed and the time left', async () => {
    await using server = new AsyncDisposableStack();
    const api = server.adopt(await startTestServer('sqlite'), (started) => started.stop());
    const { token } = await api.doctor();
    await using home = await makeHome();
    const scan = join(home.directory, 'rodilla.zip');
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(40 * 1024 ** 2), await sampleZip()]);
    await writeFile(scan, zip);
    const env = { SOM3D_URL: api.url, SOM3D_TOKEN: token };
    // A second signal would end the command at once.
    let interrupted = false;
    const first = await home.som3d(['upload', scan], {
      env,
      onStderr: (text, child) => {
        if (!/uploading [3-9]\d %/.test(text) || interrupted) return;
        interrupted = true;
        child.kill('SIGINT');
      },
    });
    expect([first.code, first.stdout]).toEqual([130, '']);
    expect(first.stderr).toContain('The same command continues the upload');
    const second = await home.som3d(['upload', scan, '--name', 'Rodilla'], { env });
    expect(second.code).toBe(0);
    expect(Number(/uploading (\d+) %/.exec(second.stderr)?.[1])).toBeGreaterThanOrEqual(10);
    expect(second.stderr).toMatch(/uploading \d+ % [\d.]+ MiB of 40\.\d MiB, [\d.]+ \w+\/s, \d+ s/);
    const jobId = /^Job (\S+)\n$/.exec(second.stdout)?.[1] ?? '';
    expect((await buffer(await api.deps.storage.read(`uploads/${jobId}.zip`))).equals(zip)).toBe(true);
    expect(JSON.parse(await readFile(join(home.directory, 'config/som3d/uploads.json'), 'utf8'))).toEqual({});
  });
});
