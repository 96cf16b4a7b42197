import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBucket, hasS3, type TestBucket } from '../support/bucket.ts';
import { storedFiles, until } from '../support/jobs.ts';
import { openInBucket, type TestStorage } from '../support/storages.ts';
import { openWay, type Way } from '../support/way.ts';

const MIB = 1024 ** 2;
const TERMS = { filename: 'pieza "1".stl', type: 'model/stl', expiresSeconds: 60, baseUrl: 'https://api.example.com' };

describe.runIf(hasS3())('an S3 storage', () => {
  let bucket: TestBucket;
  let way: Way;
  const opened: TestStorage[] = [];
  /** A storage in the bucket, reached by the way. */
  const open = async (env: Record<string, string> = {}): Promise<TestStorage> => {
    const its = await openInBucket(bucket, { S3_ENDPOINT: way.url, ...env });
    opened.push(its);
    return its;
  };
  beforeAll(async () => {
    bucket = await createBucket();
  });
  beforeEach(async () => {
    way = await openWay(bucket.env['S3_ENDPOINT'] ?? '');
  });
  afterEach(async () => {
    const [first] = opened;
    await first?.storage.removeAll('results/');
    await first?.storage.removeAll('uploads/');
    for (const its of opened.splice(0)) await its[Symbol.asyncDispose]();
    await way[Symbol.asyncDispose]();
  });
  afterAll(async () => await bucket[Symbol.asyncDispose]());

  test('signs URLs that serve an object to whoever has them, until they expire', async () => {
    const { storage, put } = await open();
    await put('results/a/b.stl', '0123456789');
    const url = await storage.signedUrl('results/a/b.stl', TERMS);
    const whole = await fetch(url);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-type')).toBe('model/stl');
    expect(whole.headers.get('content-disposition')).toBe(String.raw`attachment; filename="pieza \"1\".stl"`);
    expect(await whole.text()).toBe('0123456789');
    const part = await fetch(url, { headers: { range: 'bytes=3-5' } });
    expect([part.status, await part.text()]).toEqual([206, '345']);
    const forged = new URL(url);
    forged.searchParams.set('response-content-type', 'text/html');
    expect((await fetch(forged)).status).toBe(403);
    const moved = new URL(url);
    moved.pathname = moved.pathname.replace('b.stl', 'c.stl');
    expect((await fetch(moved)).status).toBe(403);
    const unsigned = new URL(url);
    unsigned.search = '';
    expect((await fetch(unsigned)).status).toBe(403);
    const brief = await storage.signedUrl('results/a/b.stl', { ...TERMS, expiresSeconds: 1 });
    await until(async () => (await fetch(brief)).status === 403, 'it has expired');
  });

  test.each([-20, 20])('signs URLs by the time of the storage on a machine that is %d minutes off', async (minutes) => {
    // Its clock is right: it cleans up afterwards.
    await open();
    const { storage, put } = await open();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
    try {
      await put('results/a/b.stl', '0123456789');
      const link = await fetch(await storage.signedUrl('results/a/b.stl', TERMS));
      expect([link.status, await link.text()]).toEqual([200, '0123456789']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('signs URLs for the address that callers use', async () => {
    const inside = await open({ S3_ENDPOINT: bucket.env['S3_ENDPOINT'] ?? '', S3_PUBLIC_ENDPOINT: way.url });
    await inside.put('results/a/b.stl', 'content');
    expect(way.sent).toEqual([]);
    const url = await inside.storage.signedUrl('results/a/b.stl', TERMS);
    expect(new URL(url).origin).toBe(way.url);
    expect(await (await fetch(url)).text()).toBe('content');
    const hidden = await open({ S3_SIGNED_URLS: 'false' });
    const own = await hidden.storage.signedUrl('results/a/b.stl', TERMS);
    expect(own).toMatch(/^https:\/\/api\.example\.com\/som3d\/files\/[\w.-]+$/);
  });

  test('stores below its prefix alone, and leaves everything else', async () => {
    const { storage, put, list } = await open();
    const others = ['results/a/b', 'here/other things/x', 'hereafter/x'];
    for (const Key of others) {
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'x' }));
    }
    await put('results/a/b', 'ours');
    await storage.check();
    await storage.sweep(0);
    expect(await list('results/')).toEqual(['results/a/b']);
    await storage.removeAll('results/');
    expect(await bucket.keys()).toEqual(others.toSorted((a, b) => a.localeCompare(b)));
  });

  test('lists and removes more than a page', async () => {
    const { storage, list } = await open();
    const keys = Array.from({ length: 1003 }, (_, index) => `results/many/${String(index).padStart(4, '0')}`);
    const Bucket = bucket.name;
    for (let at = 0; at < keys.length; at += 25) {
      const some = keys.slice(at, at + 25);
      await Promise.all(
        some.map((key) => bucket.client.send(new PutObjectCommand({ Bucket, Key: `here/${key}`, Body: 'x' }))),
      );
    }
    expect(await list('results/many/')).toEqual(keys);
    await storage.removeAll('results/many/');
    expect(await list('results/')).toEqual([]);
  });

  const content = Buffer.alloc(20 * MIB, 'A');
  const damaged = (piece: Buffer): Buffer | 'pass' => {
    const at = piece.indexOf('AAAAAAAAAAAAAAAA');
    return at < 0 ? 'pass' : Buffer.from(piece).fill('B', at, at + 1);
  };
  const SIZES = [1000, content.length];

  test.each(['CRC32', 'SHA256', 'none'])('keeps nothing that was damaged on the way in: %s', async (S3_CHECKSUM) => {
    const its = await open({ S3_CHECKSUM });
    way.onRequest = damaged;
    for (const bytes of SIZES) {
      const writing = its.storage.put('uploads/a.zip', Readable.from([content.subarray(0, bytes)]));
      await expect(writing).rejects.toMatchObject({ kind: 'unavailable' });
    }
    way.mend();
    expect(await its.list('uploads/')).toEqual([]);
    expect(await bucket.openUploads()).toEqual([]);
  });

  test.each(['CRC32', 'SHA256'] as const)('lends nothing that was damaged on the way out: %s', async (S3_CHECKSUM) => {
    const its = await open({ S3_CHECKSUM });
    for (const bytes of SIZES) {
      await its.storage.put('uploads/a.zip', Readable.from([content.subarray(0, bytes)]));
      const head = { Bucket: bucket.name, Key: 'here/uploads/a.zip', ChecksumMode: 'ENABLED' as const };
      expect((await bucket.client.send(new HeadObjectCommand(head)))[`Checksum${S3_CHECKSUM}`]).toBeTruthy();
      await its.storage.withLocalFile('uploads/a.zip', async (file) => {
        expect((await readFile(file)).equals(content.subarray(0, bytes))).toBe(true);
      });
      way.onAnswer = damaged;
      const lent = its.storage.withLocalFile('uploads/a.zip', async () => 'a damaged file was lent');
      await expect(lent).rejects.toMatchObject({ kind: 'unavailable' });
      way.mend();
    }
  });

  test('stores without checksums where they are refused', async () => {
    const { storage, put, list } = await open({ S3_CHECKSUM: 'none' });
    await put('uploads/a.zip', 'content');
    await storage.put('uploads/b.zip', Readable.from([content]));
    expect(way.sent.filter((text) => /x-amz-(checksum|sdk-checksum)/i.test(text))).toEqual([]);
    await storage.removeAll('uploads/');
    expect(await list('uploads/')).toEqual([]);
    expect(way.sent.filter((text) => /x-amz-(checksum|sdk-checksum)/i.test(text))).toEqual([]);
  });

  test('says so when the disk is too full for a local copy, and leaves nothing on it', async () => {
    const { storage, dataDir } = await open();
    await storage.put('uploads/a.zip', Readable.from([content]));
    // A limit on the size of files is the full disk that every machine has.
    const script = `
      const { configuration, storages } = await import('@som3d/server/testing');
      const storage = await storages.openStorage(configuration.readConfig(process.env), {}, console);
      await storage.withLocalFile('uploads/a.zip', async () => {}).catch((e) => console.log(e.kind, e.detail));
      storage.close();`;
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', script],
      { cwd: path.join(import.meta.dirname, '..'), env: { ...bucket.env, SOM3D_DATA_DIR: dataDir } },
    );
    expect(stdout).toMatch(/^unavailable No hay espacio/);
    expect(await storedFiles(dataDir)).toEqual([]);
  });

  test('asks for encryption', async () => {
    const own = await open({ S3_SSE: 'AES256' });
    await own.put('results/a/b', 'x').catch(() => undefined);
    expect(way.sent.some((text) => /^PUT .*results/.test(text) && /server-side-encryption: AES256/i.test(text))).toBe(
      true,
    );
    const kms = await open({ S3_SSE: 'aws:kms', S3_KMS_KEY_ID: 'a-key-of-the-hospital' });
    way.sent.splice(0);
    const large = Readable.from([Buffer.alloc(9 * MIB)]);
    await kms.storage.put('results/a/large', large).catch(() => undefined);
    const begun = way.sent.find((text) => /^POST \S+\?uploads/.test(text)) ?? '';
    expect(begun).toMatch(/x-amz-server-side-encryption: aws:kms/i);
    expect(begun).toMatch(/x-amz-server-side-encryption-aws-kms-key-id: a-key-of-the-hospital/i);
  });

  test('says what the operator has to put right', async () => {
    const faults: [Record<string, string>, RegExp][] = [
      [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, /AWS_SECRET_ACCESS_KEY is wrong/],
      [{ AWS_ACCESS_KEY_ID: 'nobody' }, /S3 storage unusable/],
      [{ S3_BUCKET: 'som3d-test-there-is-none' }, /S3_BUCKET does not exist/],
    ];
    for (const [env, line] of faults) {
      const { storage, put, read, errors } = await open(env);
      const refused = { kind: 'unavailable', status: 503 };
      await expect(put('results/a/b', 'x')).rejects.toMatchObject(refused);
      await expect(read('results/a/b')).rejects.toMatchObject(refused);
      await expect(storage.stat('results/a/b')).rejects.toMatchObject(refused);
      await expect(storage.removeAll('results/')).rejects.toMatchObject(refused);
      await expect(storage.check()).rejects.toMatchObject(refused);
      expect(errors.join('\n')).toMatch(line);
      opened.splice(
        opened.findIndex((its) => its.storage === storage),
        1,
      );
    }
  });

  test('sweeps uploads that nobody goes on with, and what checks left', async () => {
    const { storage, everything } = await open();
    const target = { Bucket: bucket.name, Key: 'here/uploads/dead.zip' };
    const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(target));
    const part = { ...target, UploadId, PartNumber: 1, Body: Buffer.alloc(5 * MIB) };
    await bucket.client.send(new UploadPartCommand(part));
    const left = { Bucket: bucket.name, Key: 'here/checks/host.1.0123456789abcdef01234567', Body: 'som3d' };
    await bucket.client.send(new PutObjectCommand(left));
    expect(await storage.sweep(3_600_000)).toBe(0);
    expect(await bucket.openUploads()).toEqual(['here/uploads/dead.zip']);
    // The storage counts in seconds.
    expect(await until(() => storage.sweep(0), 'it is older than nothing')).toBe(1);
    expect((await everything()).filter((name) => !name.includes('other'))).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/checks|dead/)]),
    );
  });
});
