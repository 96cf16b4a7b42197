import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { storages } from '@som3d/server/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storedFiles, until } from '../support/jobs.ts';

const SIGNER = { secret: Buffer.alloc(32), clock: () => new Date() };

describe('files as storage', () => {
  let dataDir: string;
  let storage: storages.Storage;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-storage-'));
    storage = await storages.FileStorage.open(dataDir, SIGNER);
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  test('removes folders that have become empty', async () => {
    for (const key of ['results/a/1/x', 'results/a/2/y', 'results/ab/z']) {
      await storage.put(key, Readable.from([key]));
    }
    await storage.remove('results/a/1/x');
    expect(await readdir(path.join(dataDir, 'files/results/a'))).toEqual(['2']);
    await storage.removeAll('results/a/');
    expect(await readdir(path.join(dataDir, 'files/results'))).toEqual(['ab']);
  });

  test('makes URLs of this service', async () => {
    const clock = () => new Date('2030-01-01T00:00:00Z');
    const its = await storages.FileStorage.open(dataDir, { ...SIGNER, clock });
    const terms = { filename: 'x.stl', type: 'model/stl', expiresSeconds: 60, baseUrl: 'https://api.example.com' };
    const url = await its.signedUrl('results/a/b.stl', terms);
    const [base, token = ''] = url.split('/som3d/files/');
    expect(base).toBe('https://api.example.com');
    const expires = Date.parse('2030-01-01T00:01:00Z') / 1000;
    const grant = { key: 'results/a/b.stl', filename: 'x.stl', type: 'model/stl', expires };
    expect(storages.readFileGrant([SIGNER.secret], token, clock())).toEqual(grant);
    expect(storages.readFileGrant([Buffer.alloc(32, 1), SIGNER.secret], token, clock())).toEqual(grant);
    expect(storages.readFileGrant([SIGNER.secret], token, new Date(expires * 1000))).toBeNull();
    expect(storages.readFileGrant([Buffer.alloc(32, 1)], token, clock())).toBeNull();
  });

  test('sweeps what dead writers left, and only that', async () => {
    const tmp = path.join(dataDir, 'tmp');
    const here = hostname().replaceAll(/[^\w-]/g, '-');
    const { pid: dead } = await promisify(execFile)(process.execPath, ['-p', 'process.pid']).then(({ stdout }) => ({
      pid: Number(stdout),
    }));
    const tag = '0123456789abcdef01234567';
    const gone = [`${here}.${dead}.${tag}`, `${here}.${process.pid}.${tag}`, `elsewhere.1.${tag}`];
    const kept = [`${here}.${process.ppid}.${tag}`, `elsewhere.2.${tag}`];
    for (const name of [...gone, ...kept]) await writeFile(path.join(tmp, name), 'x');
    const old = new Date(Date.now() - 7_200_000);
    await utimes(path.join(tmp, gone[2]!), old, old);
    const endless = new Readable({ read() {} });
    const controller = new AbortController();
    const writing = storage.put('uploads/b.zip', endless, controller.signal);
    writing.catch(() => undefined);
    await until(async () => (await readdir(tmp)).length === 6, 'a write is under way');
    expect(await storage.sweep(3_600_000)).toBe(3);
    expect(await readdir(tmp)).toHaveLength(3);
    expect(await readdir(tmp)).toEqual(expect.arrayContaining(kept));
    controller.abort();
    await expect(writing).rejects.toThrow('aborted');
  });

  test('says so when the disk is full, and leaves nothing', async () => {
    // A limit on the size of files is the full disk that every machine has.
    const script = `
      import { Readable } from 'node:stream';
      const { storages } = await import('@som3d/server/testing');
      const storage = await storages.FileStorage.open(${JSON.stringify(dataDir)}, { secret: Buffer.alloc(32), clock: () => new Date() });
      const chunks = (function* () { for (let i = 0; i < 40; i++) yield Buffer.alloc(65536); })();
      await storage.put('uploads/big.zip', Readable.from(chunks)).catch((e) => console.log(e.kind, e.status));`;
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', script],
      { cwd: path.join(import.meta.dirname, '..') },
    );
    expect(stdout.trim()).toBe('unavailable 503');
    expect(await storedFiles(dataDir)).toEqual([]);
  });

  test('can be checked', async () => {
    await storage.check();
    await rm(path.join(dataDir, 'tmp'), { recursive: true });
    await expect(storage.check()).rejects.toThrow('ENOENT');
    await mkdir(path.join(dataDir, 'tmp'));
    await storage.check();
  });
});
