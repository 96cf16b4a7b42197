import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createFileStorage } from '@som3d/server/gateways/storage/files.js';
import type { Storage } from '@som3d/server/gateways/storage/storage.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storedFiles, until } from '../support/jobs.ts';

const SIGNER = { secret: Buffer.alloc(32), clock: () => new Date() };

describe('files as storage', () => {
  let dataDir: string;
  let storage: Storage;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-storage-'));
    storage = await createFileStorage(dataDir, SIGNER);
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const put = (key: string, text: string) => storage.put(key, Readable.from([text]));
  const read = async (key: string, range?: { start: number; end: number }) =>
    (await buffer(await storage.read(key, range))).toString();

  const keysOf = async (prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of storage.list(prefix)) keys.push(key);
    return keys;
  };

  test('keeps objects, and gives them whole or in part', async () => {
    const object = await put('results/a/b.stl', '0123456789');
    expect(object).toEqual({
      key: 'results/a/b.stl',
      size: 10,
      etag: expect.stringMatching(/^"[^"]+"$/) as string,
      modifiedAt: expect.any(Date) as Date,
    });
    expect(await storage.stat('results/a/b.stl')).toEqual(object);
    expect(await read('results/a/b.stl')).toBe('0123456789');
    expect(await read('results/a/b.stl', { start: 2, end: 4 })).toBe('234');
    const replaced = await put('results/a/b.stl', '9876543210');
    expect(replaced.etag).not.toBe(object.etag);
    expect(await storage.withLocalFile('results/a/b.stl', async (file) => path.basename(file))).toBe('b.stl');
    await storage.check();
    expect(await storedFiles(dataDir)).toEqual(['files/results/a/b.stl']);
  });

  test('lists, and removes one or all below a prefix with their folders', async () => {
    for (const key of ['results/a/1/x', 'results/a/2/y', 'results/ab/z', 'uploads/q.zip']) await put(key, key);
    const keys = await keysOf('results/');
    expect(keys.toSorted((a, b) => a.localeCompare(b))).toEqual(['results/a/1/x', 'results/a/2/y', 'results/ab/z']);
    expect(await keysOf('nothing/')).toEqual([]);
    await storage.remove('results/a/1/x');
    await storage.remove('results/a/1/x');
    expect(await readdir(path.join(dataDir, 'files/results/a'))).toEqual(['2']);
    await storage.removeAll('results/a/');
    await storage.removeAll('results/a/');
    expect(await storedFiles(dataDir)).toEqual(['files/results/ab/z', 'files/uploads/q.zip']);
    expect(await storage.stat('results/a/2/y')).toBeNull();
    await expect(storage.read('results/a/2/y')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(storage.withLocalFile('results/a/2/y', async () => 0)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('stores many at once while their folders are emptied', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await put(`results/same/${index % 3}/${index}`, 'x');
        await storage.remove(`results/same/${index % 3}/${index}`);
      }),
    );
    expect(await storedFiles(dataDir)).toEqual([]);
  });

  test('takes no key that leads out', async () => {
    for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a', 'a//b', 'a/./b', 'a/b\0', 'a/.hidden', 'a\\b/c', '']) {
      await expect(put(key, 'x')).rejects.toThrow('not a storage key');
      await expect(storage.stat(key)).rejects.toThrow('not a storage key');
      await expect(storage.read(key)).rejects.toThrow('not a storage key');
      await expect(storage.remove(key)).rejects.toThrow('not a storage key');
    }
    for (const prefix of ['', '/', '../', 'a/../', 'a']) {
      await expect(storage.removeAll(prefix)).rejects.toThrow('not a storage prefix');
    }
  });

  test('shows nothing of a write that breaks off', async () => {
    await put('uploads/a.zip', 'the first');
    const failing = async function* () {
      yield 'half';
      throw new Error('the line broke');
    };
    await expect(storage.put('uploads/a.zip', Readable.from(failing()))).rejects.toThrow('the line broke');
    const controller = new AbortController();
    const endless = new Readable({ read() {} });
    const writing = storage.put('uploads/b.zip', endless, controller.signal);
    writing.catch(() => undefined);
    endless.push('half');
    await until(async () => (await storedFiles(dataDir)).some((file) => file.startsWith('tmp/')), 'it is written');
    controller.abort();
    await expect(writing).rejects.toThrow('aborted');
    expect(await storedFiles(dataDir)).toEqual(['files/uploads/a.zip']);
    expect(await read('uploads/a.zip')).toBe('the first');
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
      const { createFileStorage } = await import('@som3d/server/gateways/storage/files.js');
      const storage = await createFileStorage(${JSON.stringify(dataDir)}, { secret: Buffer.alloc(32), clock: () => new Date() });
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
