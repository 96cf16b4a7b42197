import { configuration } from '@som3d/server/testing';
import { expect, test } from 'vitest';

const KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

test.each<[Record<string, string>, RegExp]>([
  [{ S3_ENDPOINT: 'http://localhost:9000' }, /S3_BUCKET: required with S3_ENDPOINT/],
  [{ S3_BUCKET: 'b', AWS_ACCESS_KEY_ID: 'id' }, /AWS_SECRET_ACCESS_KEY: required/],
  [{ S3_BUCKET: 'b', AWS_SECRET_ACCESS_KEY: 'secret' }, /AWS_ACCESS_KEY_ID: required/],
  [{ S3_BUCKET: 'b', AWS_SESSION_TOKEN: 'token' }, /AWS_ACCESS_KEY_ID: required/],
  [{ S3_BUCKET: 'b', ...KEYS, S3_KMS_KEY_ID: 'key' }, /S3_SSE: must be aws:kms with S3_KMS_KEY_ID/],
  [{ S3_BUCKET: 'b', ...KEYS, S3_SSE: 'rot13' }, /S3_SSE: /],
  [{ S3_BUCKET: 'b', ...KEYS, S3_PREFIX: 'no-slash' }, /S3_PREFIX: .*ends with a slash/],
  [{ S3_BUCKET: 'b', ...KEYS, S3_PREFIX: '../' }, /S3_PREFIX: /],
  [{ S3_BUCKET: 'b', ...KEYS, S3_ENDPOINT: 'minio:9000' }, /S3_ENDPOINT: /],
])('%o is no configuration of a storage, and the variable is named', (env, message) => {
  expect(() => configuration.readConfig(env)).toThrow(message);
});

test('a bucket needs no keys where the machine has a role', () => {
  expect(configuration.readConfig({ S3_BUCKET: 'b' })).toMatchObject({
    S3_BUCKET: 'b',
    S3_CHECKSUM: 'CRC32',
    S3_SSE: 'none',
  });
  expect(configuration.readConfig({ S3_BUCKET: 'b', ...KEYS, S3_PREFIX: 'a/b/' })).toMatchObject({ S3_PREFIX: 'a/b/' });
});
