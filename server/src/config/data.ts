import { z } from 'zod';
import { flag, hostName, integer, text, variable } from './variable.ts';

export const DATA = {
  SOM3D_DATA_DIR: variable(
    text.default('.som3d'),
    'Folder of the embedded database, of the files and of generated secrets.',
  ),
  MYSQL_URL: variable(
    z.url({ protocol: /^(mysql|mariadb)$/ }).optional(),
    'MySQL or MariaDB. Without this and without DB_HOST the service uses the embedded SQLite.',
    'mysql://user:password@host:3306/som3d',
  ),
  DB_HOST: variable(hostName.optional(), 'MySQL host, in place of MYSQL_URL.', '127.0.0.1'),
  DB_PORT: variable(integer(1, 65_535, 3306), 'MySQL port.'),
  DB_USER: variable(text.optional(), 'MySQL user.', 'som3d'),
  DB_PASS: variable(z.string().optional(), 'MySQL password.', ''),
  DB_NAME: variable(text.default('som3d'), 'MySQL database.'),
  SOM3D_DB_POOL: variable(integer(1, 200, 10), 'MySQL connections of one process.'),
  REDIS_URL: variable(
    z.url({ protocol: /^rediss?$/ }).optional(),
    'Redis of the job queue (BullMQ) and of live progress. Without it the database alone is the queue.',
    'redis://:password@host:6379/0',
  ),
  REDIS_PREFIX: variable(
    z
      .string()
      .regex(/^[\w-]{1,40}$/)
      .default('som3d'),
    'Prefix of every key and channel in Redis: a different one for each installation.',
  ),
  S3_BUCKET: variable(
    text.optional(),
    'Bucket of uploads and results. Without it they are files in SOM3D_DATA_DIR.',
    'som3d',
  ),
  S3_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    'Address of an S3-compatible storage such as MinIO. Without it, AWS.',
    'https://minio.example.com:9000',
  ),
  S3_PUBLIC_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    'Address of the storage for browsers, when it is a different one. Signed URLs of results lead there.',
    'https://files.example.com',
  ),
  S3_SIGNED_URLS: variable(
    flag(true),
    'Signed URLs of results lead to the storage. With false they lead to this service, for a storage that browsers cannot reach.',
  ),
  S3_PREFIX: variable(
    z
      .string()
      .regex(/^([\w-][\w.-]*\/)*$/, 'a path that ends with a slash')
      .default(''),
    'Prefix of every key; ends with a slash.',
  ),
  SOM3D_PREDECESSOR_RESULTS: variable(
    z
      .string()
      .regex(/^([\w-][\w.-]*\/)*$/, 'a path that ends with a slash')
      .default('jobs/'),
    'Where the predecessor left the results of its jobs, below S3_PREFIX (or the folder of files): {this}{job}/stl_result.zip.',
  ),
  S3_FORCE_PATH_STYLE: variable(flag(false), 'Put the bucket into the path, not into the host name. MinIO needs true.'),
  S3_SSE: variable(
    z.enum(['none', 'AES256', 'aws:kms']).default('none'),
    'Encryption at rest that the service requests. With none the settings of the bucket decide.',
  ),
  S3_KMS_KEY_ID: variable(text.optional(), 'Key of aws:kms. Without it, the default key of the account.', ''),
  S3_CHECKSUM: variable(
    z.enum(['CRC32', 'SHA256', 'none']).default('CRC32'),
    'Checksum of stored objects; none for a storage that refuses checksums.',
  ),
  S3_TIMEOUT_SECONDS: variable(
    integer(1, 600, 30),
    'Seconds of silence after which a request to the storage fails. A long transfer is not silence.',
  ),
  AWS_REGION: variable(text.default('us-east-1'), 'Region of the bucket.'),
  AWS_ACCESS_KEY_ID: variable(
    text.optional(),
    'Access key of the bucket. Without it, the credentials of the machine (role, profile).',
    '',
  ),
  AWS_SECRET_ACCESS_KEY: variable(text.optional(), 'Secret of the access key.', ''),
  AWS_SESSION_TOKEN: variable(text.optional(), 'Token of temporary access keys.', ''),
};
