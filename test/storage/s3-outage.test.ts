import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBucket, hasS3, type TestBucket } from '../support/bucket.ts';
import { until } from '../support/jobs.ts';
import { openInBucket, type TestStorage } from '../support/storages.ts';
import { openWay, type Way } from '../support/way.ts';

const MIB = 1024 ** 2;
const AWAY = { kind: 'unavailable', status: 503, headers: { 'retry-after': expect.any(String) as string } };
function large(): Readable {
  return Readable.from([Buffer.alloc(20 * MIB, 1)]);
}

describe.runIf(hasS3())('an S3 storage on a bad way', () => {
  let bucket: TestBucket;
  let way: Way;
  let its: TestStorage;
  beforeEach(async () => {
    bucket = await createBucket();
    way = await openWay(bucket.env['S3_ENDPOINT'] ?? '');
    its = await openInBucket(bucket, { S3_ENDPOINT: way.url, S3_TIMEOUT_SECONDS: '1' });
  });
  afterEach(async () => {
    await its[Symbol.asyncDispose]();
    await way[Symbol.asyncDispose]();
    await bucket[Symbol.asyncDispose]();
    // Nothing here was the operator's fault.
    if (its.errors.length > 0) throw new Error(its.errors.join('\n'));
  });

  test('that is cut at once in the middle of a part goes on', async () => {
    let seen = 0;
    way.onRequest = (piece) => {
      const before = seen;
      seen += piece.length;
      return before < 12 * MIB && seen >= 12 * MIB ? 'cut' : 'pass';
    };
    expect((await its.storage.put('uploads/a.zip', large())).size).toBe(20 * MIB);
    expect(await its.everything()).toEqual(['uploads/a.zip']);
    await its.storage.remove('uploads/a.zip');
  });

  test('that stays cut ends the write, and its parts go as soon as it is back', async () => {
    let seen = 0;
    way.onRequest = (piece) => {
      seen += piece.length;
      if (seen > 12 * MIB) way.cut();
      return 'pass';
    };
    await expect(its.storage.put('uploads/a.zip', large())).rejects.toMatchObject(AWAY);
    way.mend();
    await until(async () => {
      await its.storage.sweep(0);
      return (await its.everything()).length === 0;
    }, 'nothing is left');
  });

  test('that is not there is told, whatever is asked', async () => {
    await its.put('results/a/b', 'content');
    way.cut();
    await expect(its.put('results/a/c', 'x')).rejects.toMatchObject(AWAY);
    await expect(its.read('results/a/b')).rejects.toMatchObject(AWAY);
    await expect(its.storage.stat('results/a/b')).rejects.toMatchObject(AWAY);
    await expect(its.storage.withLocalFile('results/a/b', async () => 0)).rejects.toMatchObject(AWAY);
    await expect(its.storage.remove('results/a/b')).rejects.toMatchObject(AWAY);
    await expect(its.storage.removeAll('results/')).rejects.toMatchObject(AWAY);
    await expect(its.list('results/')).rejects.toMatchObject(AWAY);
    await expect(its.storage.sweep(0)).rejects.toMatchObject(AWAY);
    await expect(its.storage.check()).rejects.toMatchObject(AWAY);
    way.mend();
    expect(await its.read('results/a/b')).toBe('content');
    await its.storage.removeAll('results/');
    expect(await its.everything()).toEqual([]);
  });

  test.each([
    ['a whole object', /^PUT \S+results/, 1000],
    ['the end of an upload', /^POST \S+uploadId=/, 9 * MIB],
  ])('that loses the answer to %s has stored it all the same', async (_, lost, bytes) => {
    way.onAnswer = (_piece, request) => (lost.test(request) ? 'cut' : 'pass');
    const written = await its.storage.put('results/a/b', Readable.from([Buffer.alloc(bytes, 3)]));
    expect(written).toEqual(await its.storage.stat('results/a/b'));
    expect(written.size).toBe(bytes);
    way.mend();
    expect(await its.everything()).toEqual(['results/a/b']);
    await its.storage.remove('results/a/b');
  });

  test('that falls silent is told in time, and leaves nothing', async () => {
    way.onAnswer = (_piece, request) => (/^PUT \S+partNumber=2/.test(request) ? 'hold' : 'pass');
    await expect(its.storage.put('uploads/a.zip', large())).rejects.toMatchObject(AWAY);
    way.mend();
    expect(await its.everything()).toEqual([]);
  });

  test('that falls silent while it is read breaks off; a slow reader is waited for', async () => {
    await its.storage.put('uploads/a.zip', large());
    const slow = await its.storage.read('uploads/a.zip', { start: 0, end: 20 * MIB - 1 });
    await once(slow, 'readable');
    let answered = 0;
    way.onAnswer = (piece, request) => {
      if (request.startsWith('GET') && !/range: bytes=0-/i.test(request)) answered += piece.length;
      return answered > 2 * MIB && !/range: bytes=0-/i.test(request) ? 'hold' : 'pass';
    };
    const silent = await its.storage.read('uploads/a.zip');
    await expect(silent.resume().toArray()).rejects.toMatchObject(AWAY);
    const copied = its.storage.withLocalFile('uploads/a.zip', async () => 'half a file was lent');
    await expect(copied).rejects.toMatchObject(AWAY);
    // Nobody has read from it for longer than the storage may be silent.
    way.onAnswer = () => 'pass';
    const rest = Buffer.concat(await slow.toArray());
    expect(rest.length).toBe(20 * MIB);
    way.mend();
    expect(await its.everything()).toEqual(['uploads/a.zip']);
    await its.storage.remove('uploads/a.zip');
  });

  test('that comes back ends a write which was broken off meanwhile without a trace', async () => {
    way.onAnswer = (_piece, request) => (/^(PUT \S+results|POST \S+uploadId)/.test(request) ? 'hold' : 'pass');
    for (const bytes of [1000, 9 * MIB]) {
      const controller = new AbortController();
      way.sent.splice(0);
      const writing = its.storage.put('results/a/b', Readable.from([Buffer.alloc(bytes)]), controller.signal);
      writing.catch(() => undefined);
      await until(() => way.sent.some((text) => /^PUT \S+results/.test(text)), 'it is on its way');
      controller.abort('lost');
      await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    }
    way.mend();
    expect(await its.everything()).toEqual([]);
  });
});
