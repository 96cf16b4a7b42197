import { z } from 'zod';
import { flag, integer, text, variable } from './variable.ts';

export const DATA = {
  SOM3D_DATA_DIR: variable(
    text.default('.som3d'),
    'Folder of the embedded database, of the files and of generated secrets.',
  ),
  MYSQL_URL: variable(
    z.url({ protocol: /^(mysql|mariadb)$/ }).optional(),
    'MySQL or MariaDB; with neither this nor DB_HOST the embedded SQLite is used.',
    'mysql://user:password@host:3306/som3d',
  ),
  DB_HOST: variable(text.optional(), 'MySQL host, in place of MYSQL_URL.', '127.0.0.1'),
  DB_PORT: variable(integer(1, 65_535, 3306), 'MySQL port.'),
  DB_USER: variable(text.optional(), 'MySQL user.', 'som3d'),
  DB_PASS: variable(z.string().optional(), 'MySQL password.', ''),
  DB_NAME: variable(text.default('som3d'), 'MySQL database.'),
  SOM3D_DB_POOL: variable(integer(1, 200, 10), 'MySQL connections of one process.'),
  REDIS_URL: variable(
    z.url({ protocol: /^rediss?$/ }).optional(),
    'Redis of the job queue (BullMQ) and of live progress; without it the database alone is the queue.',
    'redis://:password@host:6379/0',
  ),
  REDIS_PREFIX: variable(
    z
      .string()
      .regex(/^[\w-]{1,40}$/)
      .default('som3d'),
    'What every key and channel in Redis begins with: one for each installation.',
  ),
  S3_BUCKET: variable(
    text.optional(),
    'Bucket of uploads and results; without it they are files in SOM3D_DATA_DIR.',
    'som3d',
  ),
  S3_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    'Address of an S3-compatible storage such as MinIO; without it, AWS.',
    'https://minio.example.com:9000',
  ),
  S3_PUBLIC_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    'Address of the storage as browsers reach it, when it is another one; signed URLs of results lead there.',
    'https://files.example.com',
  ),
  S3_SIGNED_URLS: variable(
    flag(true),
    'Signed URLs of results lead to the storage itself; false: to this service, for a storage that browsers can not reach.',
  ),
  S3_PREFIX: variable(
    z
      .string()
      .regex(/^([\w-][\w.-]*\/)*$/, 'a path that ends with a slash')
      .default(''),
    'Put before every key; ends with a slash.',
  ),
  S3_FORCE_PATH_STYLE: variable(flag(false), 'The bucket is in the path, not in the host name: MinIO needs true.'),
  S3_SSE: variable(
    z.enum(['none', 'AES256', 'aws:kms']).default('none'),
    'Encryption at rest that is asked of the storage; none leaves it to the settings of the bucket.',
  ),
  S3_KMS_KEY_ID: variable(text.optional(), 'Key of aws:kms; without it, the default key of the account.', ''),
  S3_CHECKSUM: variable(
    z.enum(['CRC32', 'SHA256', 'none']).default('CRC32'),
    'Checksum that objects are stored with; none for a storage that refuses them.',
  ),
  S3_TIMEOUT_SECONDS: variable(
    integer(1, 600, 30),
    'Seconds of silence after which a request to the storage has failed; a long transfer is no silence.',
  ),
  AWS_REGION: variable(text.default('us-east-1'), 'Region of the bucket.'),
  AWS_ACCESS_KEY_ID: variable(
    text.optional(),
    'Access key of the bucket; without it, the credentials of the machine (role, profile).',
    '',
  ),
  AWS_SECRET_ACCESS_KEY: variable(text.optional(), 'Secret of the access key.', ''),
  AWS_SESSION_TOKEN: variable(text.optional(), 'Token of temporary access keys.', ''),
};
