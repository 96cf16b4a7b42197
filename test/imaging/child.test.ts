// @module-tag heavy
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHILD_PROGRAM, type ChildMessage } from '@som3d/server/testing/imaging';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../support/phantom/convert.ts';
import { smallScan } from '../support/phantom/slices.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';

const SOURCE = CHILD_PROGRAM.replace('/dist/', '/src/').replace(/\.js$/, '.ts');

interface Ended {
  messages: ChildMessage[];
  stderr: string;
  code: number | null;
}

function start(entry: string, execArgv: string[] = []): ChildProcess {
  const child = fork(entry, { execArgv, silent: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Sends one message and gathers what comes until the process ends. */
async function converse(child: ChildProcess, message: object): Promise<Ended> {
  const messages: ChildMessage[] = [];
  let stderr = '';
  child.on('message', (received) => messages.push(received as ChildMessage));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'exit');
  child.send(message);
  const [code] = (await ended) as [number | null];
  return { messages, stderr, code };
}

async function smallStudy(): Promise<{ inputZip: string; outDir: string }> {
  const directory = await temporaryDirectory();
  const inputZip = await writeZip(join(directory, 'study.zip'), dicomFiles(smallScan()));
  return { inputZip, outDir: join(directory, 'out') };
}

describe('the imaging process', () => {
  test.each([
    ['the build', CHILD_PROGRAM, []],
    ['source', SOURCE, ['--conditions=som3d:source']],
  ])('converts, tells how far it is, and ends: from %s', async (_from, entry, execArgv) => {
    const request = await smallStudy();
    const { messages, code } = await converse(start(entry, execArgv), { type: 'start', request });
    expect(code).toBe(0);
    const last = messages.at(-1);
    if (last?.type !== 'done') throw new Error(JSON.stringify(last));
    expect(last.manifest.meshes.map((mesh) => mesh.filename)).toEqual(['hueso.stl']);
    await access(join(request.outDir, 'hueso.stl'));
    expect(JSON.parse(await readFile(join(request.outDir, 'manifest.json'), 'utf8'))).toMatchObject({ version: 1 });
    const progress = messages.filter((message) => message.type === 'progress');
    const percents = progress.map((message) => message.percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect([...new Set(progress.map((message) => message.phase))]).toEqual([
      'reading',
      'segmenting',
      'meshing',
      'packing',
    ]);
    expect(messages.filter((message) => message.type === 'log').length).toBeGreaterThan(0);
  });

  test('tells why it refuses bad input, and that trying again is no use', async () => {
    const directory = await temporaryDirectory();
    const inputZip = await writeZip(join(directory, 'study.zip'), [{ name: 'a.txt', bytes: Buffer.from('a') }]);
    const { messages, code } = await converse(start(CHILD_PROGRAM), {
      type: 'start',
      request: { inputZip, outDir: directory },
    });
    expect(code).toBe(1);
    expect(messages.at(-1)).toEqual({
      type: 'error',
      code: 'NO_IMAGES',
      message: 'No se encontró ninguna imagen DICOM en el ZIP.',
      retryable: false,
    });
  });

  test('keeps the details of unexpected errors out of its messages', async () => {
    const request = { inputZip: '/nowhere/secreto.zip', outDir: '/nowhere/out' };
    const { messages, stderr } = await converse(start(CHILD_PROGRAM), { type: 'start', request });
    expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'INTERNAL', retryable: true });
    expect(JSON.stringify(messages)).not.toContain('secreto');
    expect(stderr).toContain('ENOENT');
  });

  test.each([
    ['of another kind', { type: 'other' }],
    ['without parameters', { type: 'start', request: {} }],
  ])('refuses a message %s', async (_kind, message) => {
    const { messages } = await converse(start(CHILD_PROGRAM), message);
    expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'INVALID_REQUEST', retryable: false });
  });

  test('ends when its parent is killed in the middle of the work', async () => {
    const request = await largerStudy();
    const script = `
      const child = require('node:child_process').fork(${JSON.stringify(CHILD_PROGRAM)});
      child.on('message', (message) => { if (message.phase === 'meshing') console.log(child.pid); });
      child.send(${JSON.stringify({ type: 'start', request })});
    `;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString().split('\n')[0]);
    onTestFinished(() => killIfAlive(pid));
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000, interval: 20 }).toBe(false);
    await expect(access(join(request.outDir, 'manifest.json'))).rejects.toThrow('ENOENT');
  });

  test('ends when the channel is closed before any message', async () => {
    const child = start(CHILD_PROGRAM);
    await once(child, 'spawn');
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).toBeDefined();
  });
});

/** Work for long enough that a parent can be lost meanwhile. */
async function largerStudy(): Promise<{ inputZip: string; outDir: string; suavizado: number; threads: number }> {
  const directory = await temporaryDirectory();
  const slices = smallScan({ columns: 220, rows: 220, spacing: { x: 0.2, y: 0.2 } }).map((slice, k) => ({
    ...slice,
    pixels: slice.pixels.map((hu, i) => (hu > -200 ? 900 * ((i * 7 + k * 3) % 5) - 900 : hu)),
  }));
  const inputZip = await writeZip(join(directory, 'study.zip'), dicomFiles(slices));
  return { inputZip, outDir: join(directory, 'out'), suavizado: 100, threads: 1 };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killIfAlive(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}
