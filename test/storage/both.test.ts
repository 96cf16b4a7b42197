import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { storages } from '@som3d/server/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { createStorage, storageKinds, type TestStorage } from '../support/storages.ts';

const MIB = 1024 ** 2;

/** Bytes that tell where they are. */
function numbered(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32BE(at, at);
  return content;
}

function* inChunks(content: Buffer, size = 100_000): Generator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

describe.each(storageKinds())('storage: %s', (kind) => {
  let its: TestStorage;
  beforeEach(async () => {
    its = await createStorage(kind);
  });
  afterEach(async () => {
    await its[Symbol.asyncDispose]();
    if (its.errors.length > 0) throw new Error(its.errors.join('\n'));
  });

  test('keeps objects, and gives them whole or in part', async () => {
    const { storage, put, read, everything } = its;
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
    expect(await read('results/a/b.stl')).toBe('9876543210');
    expect(await put('results/a/empty', '')).toMatchObject({ size: 0 });
    expect(await read('results/a/empty')).toBe('');
    await storage.check();
    expect(await everything()).toEqual(['results/a/b.stl', 'results/a/empty']);
  });

  test('moves objects, replacing what was there', async () => {
    const { storage, put, read, everything } = its;
    const before = await put('uploads/a.zip', 'content');
    await put('results/b/a.zip', 'older');
    await storage.move('uploads/a.zip', 'results/b/a.zip');
    expect(await read('results/b/a.zip')).toBe('content');
    expect(await storage.stat('results/b/a.zip')).toMatchObject({ size: before.size });
    expect(await everything()).toEqual(['results/b/a.zip']);
    await expect(storage.move('uploads/a.zip', 'results/c/a.zip')).rejects.toMatchObject({ kind: 'not_found' });
    expect(await everything()).toEqual(['results/b/a.zip']);
    const large = numbered(12 * MIB);
    await storage.put('uploads/large.zip', Readable.from(inChunks(large)));
    await storage.move('uploads/large.zip', 'results/large.zip');
    await storage.withLocalFile('results/large.zip', async (file) => {
      expect((await readFile(file)).equals(large)).toBe(true);
    });
  });

  test('keeps what is larger than its buffers, byte for byte', async () => {
    const { storage, everything } = its;
    const content = numbered(20 * MIB + 3);
    const object = await storage.put('uploads/large.zip', Readable.from(inChunks(content)));
    expect(object.size).toBe(content.length);
    expect(await storage.stat('uploads/large.zip')).toEqual(object);
    await storage.withLocalFile('uploads/large.zip', async (file) => {
      expect((await readFile(file)).equals(content)).toBe(true);
    });
    const range = { start: 5 * MIB - 10, end: 15 * MIB + 10 };
    const part = Buffer.concat(await (await storage.read('uploads/large.zip', range)).toArray());
    expect(part.equals(content.subarray(range.start, range.end + 1))).toBe(true);
    // As long as its parts exactly.
    await storage.put('uploads/even.zip', Readable.from(inChunks(content.subarray(0, 15 * MIB), 1 * MIB)));
    const even = Buffer.concat(await (await storage.read('uploads/even.zip')).toArray());
    expect(even.equals(content.subarray(0, 15 * MIB))).toBe(true);
    expect(await everything()).toEqual(['uploads/even.zip', 'uploads/large.zip']);
  });

  test('lists, and removes one or all below a prefix', async () => {
    const { storage, put, list, everything } = its;
    for (const key of ['results/a/1/x', 'results/a/2/y', 'results/ab/z', 'uploads/q.zip']) await put(key, key);
    expect(await list('results/')).toEqual(['results/a/1/x', 'results/a/2/y', 'results/ab/z']);
    expect(await list('results/a/')).toEqual(['results/a/1/x', 'results/a/2/y']);
    expect(await list('nothing/')).toEqual([]);
    await storage.remove('results/a/1/x');
    await storage.remove('results/a/1/x');
    expect(await list('results/a/')).toEqual(['results/a/2/y']);
    await storage.removeAll('results/a/');
    await storage.removeAll('results/a/');
    expect(await everything()).toEqual(['results/ab/z', 'uploads/q.zip']);
    expect(await storage.stat('results/a/2/y')).toBeNull();
    await expect(storage.read('results/a/2/y')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(storage.withLocalFile('results/a/2/y', async () => 0)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('takes no key that leads out', async () => {
    const { storage, put } = its;
    const terms = { filename: 'x', type: 'x', expiresSeconds: 60, baseUrl: 'http://localhost' };
    for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a', 'a//b', 'a/./b', 'a/b\0', 'a/.hidden', 'a\\b/c', '']) {
      await expect(put(key, 'x')).rejects.toThrow('not a storage key');
      await expect(storage.stat(key)).rejects.toThrow('not a storage key');
      await expect(storage.read(key)).rejects.toThrow('not a storage key');
      await expect(storage.remove(key)).rejects.toThrow('not a storage key');
      await expect(storage.signedUrl(key, terms)).rejects.toThrow('not a storage key');
    }
    for (const prefix of ['', '/', '../', 'a/../', 'a']) {
      await expect(storage.removeAll(prefix)).rejects.toThrow('not a storage prefix');
    }
  });

  test('shows nothing of a source that breaks off, however far it came', async () => {
    const { storage, put, read, everything } = its;
    await put('uploads/a.zip', 'the first');
    for (const bytes of [100, 5 * MIB, 20 * MIB]) {
      const failing = function* () {
        yield* inChunks(Buffer.alloc(bytes));
        throw new Error('the line broke');
      };
      await expect(storage.put('uploads/a.zip', Readable.from(failing()))).rejects.toThrow('the line broke');
    }
    expect(await everything()).toEqual(['uploads/a.zip']);
    expect(await read('uploads/a.zip')).toBe('the first');
  });

  test('can be broken off while it waits for its source', async () => {
    const { storage, everything } = its;
    for (const bytes of [100, 20 * MIB]) {
      const controller = new AbortController();
      const endless = new Readable({ read() {} });
      const writing = storage.put('uploads/b.zip', endless, controller.signal);
      writing.catch(() => undefined);
      for (const chunk of inChunks(Buffer.alloc(bytes))) endless.push(chunk);
      await until(() => endless.readableLength === 0, 'all is taken');
      controller.abort('lost');
      await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
      expect(endless.destroyed).toBe(true);
    }
    const late = storage.put('uploads/b.zip', Readable.from(['x']), AbortSignal.abort());
    await expect(late).rejects.toMatchObject({ name: 'AbortError' });
    expect(await everything()).toEqual([]);
  });

  test('has one of two objects that are written to one key at once, whole', async () => {
    const { storage, everything } = its;
    const contents = [1, 2].map((value) => Buffer.alloc(9 * MIB + value, value));
    const written = await Promise.all(
      contents.map((content) => storage.put('results/a/same', Readable.from(inChunks(content)))),
    );
    expect(written.map(({ size }) => size)).toEqual(contents.map(({ length }) => length));
    const kept = Buffer.concat(await (await storage.read('results/a/same')).toArray());
    expect(contents.some((content) => content.equals(kept))).toBe(true);
    expect(await everything()).toEqual(['results/a/same']);
  });

  test('stores and removes many at once', async () => {
    const { storage, put, everything } = its;
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await put(`results/same/${index % 3}/${index}`, 'x');
        await storage.remove(`results/same/${index % 3}/${index}`);
      }),
    );
    const large = Buffer.alloc(9 * MIB, 5);
    const keys = Array.from({ length: 12 }, (_, index) => `uploads/${index}.zip`);
    await Promise.all(keys.map((key) => storage.put(key, Readable.from(inChunks(large)))));
    expect(await everything()).toEqual(keys.toSorted((a, b) => a.localeCompare(b)));
    for (const key of keys) expect((await storage.stat(key))?.size).toBe(large.length);
  });

  test('is read here and there', async () => {
    const { storage } = its;
    const content = numbered(3 * MIB + 17);
    const { read } = storages.randomAccess(
      storage,
      await storage.put('uploads/a.zip', Readable.from(inChunks(content))),
    );
    const places = [0, 4, 100, content.length - 22, 2 * MIB - 5, 2 * MIB, content.length - 3, 7, content.length + 5];
    for (const at of places) {
      for (const length of [0, 4, 46, 2 * MIB]) {
        expect((await read(at, length)).equals(content.subarray(at, at + length))).toBe(true);
      }
    }
  });

  test('lends a local file that is not kept', async () => {
    const { storage, put, everything } = its;
    await put('uploads/a.zip', 'content');
    let lent = '';
    const read = async (file: string): Promise<string> => {
      lent = file;
      return (await readFile(file)).toString();
    };
    expect(await storage.withLocalFile('uploads/a.zip', read)).toBe('content');
    const failing = storage.withLocalFile('uploads/a.zip', async () => {
      throw new Error('no use');
    });
    await expect(failing).rejects.toThrow('no use');
    expect(existsSync(lent)).toBe(kind === 'files');
    expect(await everything()).toEqual(['uploads/a.zip']);
  });

  test('sweeps nothing that is in use', async () => {
    const { storage, put, everything } = its;
    const endless = new Readable({ read() {} });
    const controller = new AbortController();
    const writing = storage.put('uploads/b.zip', endless, controller.signal);
    writing.catch(() => undefined);
    for (const chunk of inChunks(Buffer.alloc(20 * MIB))) endless.push(chunk);
    await until(async () => (await everything()).length > 0, 'a write is under way');
    await put('uploads/a.zip', 'content');
    expect(await storage.sweep(3_600_000)).toBe(0);
    endless.push(null);
    expect((await writing).size).toBe(20 * MIB);
    expect(await everything()).toEqual(['uploads/a.zip', 'uploads/b.zip']);
  });
});
