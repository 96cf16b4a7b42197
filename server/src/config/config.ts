import path from 'node:path';
import type { z } from 'zod';
import { DATA } from './data.ts';
import { FIRST_START } from './first-start.ts';
import { HTTP } from './http.ts';
import { JOBS, SEGMENTATION } from './jobs.ts';
import { defaultConcurrency } from './machine.ts';
import { HOSPITALS, MAIL } from './mail.ts';
import { OPERATION } from './operation.ts';
import { translatePredecessor, type Environment } from './predecessor.ts';
import { PAYMENTS, transactionUrlOf } from './payments.ts';
import { QUOTAS } from './quotas.ts';
import { SESSIONS } from './sessions.ts';
import type { Variable } from './variable.ts';

/**
 * The only reader of the environment. This list declares every variable once, with its default and its meaning, under its
 * heading in `.env.example`.
 */
export const GROUPS = {
  HTTP,
  Data: DATA,
  Sessions: SESSIONS,
  Payments: PAYMENTS,
  Mail: MAIL,
  Hospitals: HOSPITALS,
  Jobs: JOBS,
  Quotas: QUOTAS,
  Segmentation: SEGMENTATION,
  Operation: OPERATION,
  'First start': FIRST_START,
} as const satisfies Record<string, Record<string, Variable>>;

const VARIABLES = {
  ...HTTP,
  ...DATA,
  ...SESSIONS,
  ...PAYMENTS,
  ...MAIL,
  ...HOSPITALS,
  ...JOBS,
  ...QUOTAS,
  ...SEGMENTATION,
  ...OPERATION,
  ...FIRST_START,
};

/** The names of all variables that the service reads. */
export const VARIABLE_NAMES: ReadonlySet<string> = new Set(Object.keys(VARIABLES));

type Values = { readonly [K in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[K]['schema']> };

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'mysql'; readonly url: string; readonly poolMax: number };

/** The variables that TotalSegmentator gets of this environment: the places of programs, models and accelerators. */
const TOOL_VARIABLES = [
  'PATH',
  'HOME',
  'LANG',
  'LD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'TOTALSEG_HOME_DIR',
  'TOTALSEG_WEIGHTS_PATH',
] as const;

/** The configuration as the service uses it: the variables, and values that derive from several of them. */
export interface Config extends Values {
  readonly SOM3D_WORKER_CONCURRENCY: number;
  readonly REGISTER_REQUIRES_EMAIL_CODE: boolean;
  readonly dataDir: string;
  readonly database: DatabaseConfig;
  /** True without MySQL: embedded mode, with SQLite, generated secrets and demo data. */
  readonly embedded: boolean;
  readonly frontendOrigins: '*' | readonly string[];
  readonly maxUploadBytes: number;
  /** Where a payment is read by its number and the public key. */
  readonly epaycoTransactionUrl: string;
  /** What an account needs to upload. */
  readonly uploadRequires: NonNullable<Values['SOM3D_UPLOAD_REQUIRES']>;
  /** The environment of TotalSegmentator's command. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** Whether browsers send the session's cookies over HTTPS only. */
  readonly secureCookies: boolean;
}

/** The environment is invalid; `message` names each wrong variable and its fault. */
export class ConfigError extends Error {}

function databaseOf(values: Values, dataDir: string): DatabaseConfig {
  const poolMax = values.SOM3D_DB_POOL;
  if (values.MYSQL_URL) return { kind: 'mysql', url: values.MYSQL_URL, poolMax };
  if (!values.DB_HOST) return { kind: 'sqlite', file: path.join(dataDir, 'som3d.sqlite') };
  if (!values.DB_USER) throw new ConfigError('DB_USER: required with DB_HOST');
  const url = new URL(`mysql://${values.DB_HOST}:${values.DB_PORT}`);
  url.username = encodeURIComponent(values.DB_USER);
  url.password = encodeURIComponent(values.DB_PASS ?? '');
  url.pathname = `/${encodeURIComponent(values.DB_NAME)}`;
  return { kind: 'mysql', url: url.href, poolMax };
}

/** Real payments require every key and the verification of each state. */
function checkPayments(values: Values): void {
  if (values.EPAYCO_PRIVATE_KEY && !values.EPAYCO_PUBLIC_KEY) {
    throw new ConfigError('EPAYCO_PUBLIC_KEY: required with EPAYCO_PRIVATE_KEY');
  }
  if (values.EPAYCO_TEST) return;
  const missing = (['EPAYCO_PUBLIC_KEY', 'P_CUST_ID_CLIENTE', 'P_KEY'] as const).filter((name) => !values[name]);
  if (missing.length > 0) throw new ConfigError(`${missing.join(', ')}: required with EPAYCO_TEST=false`);
  if (!values.EPAYCO_VERIFY_STATE)
    throw new ConfigError('EPAYCO_VERIFY_STATE: false is allowed only with EPAYCO_TEST=true');
}

/** An incomplete configuration of the bucket would fail at the first upload, or store files in the wrong place. */
function checkStorage(values: Values): void {
  if (!values.S3_BUCKET) {
    const idle = (['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT', 'S3_KMS_KEY_ID'] as const).find((name) => values[name]);
    if (idle) throw new ConfigError(`S3_BUCKET: required with ${idle}`);
    return;
  }
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = values;
  if (secret && !id) throw new ConfigError('AWS_ACCESS_KEY_ID: required with AWS_SECRET_ACCESS_KEY');
  if (id && !secret) throw new ConfigError('AWS_SECRET_ACCESS_KEY: required with AWS_ACCESS_KEY_ID');
  if (token && !id) throw new ConfigError('AWS_ACCESS_KEY_ID: required with AWS_SESSION_TOKEN');
  if (values.S3_KMS_KEY_ID && values.S3_SSE !== 'aws:kms')
    throw new ConfigError('S3_SSE: must be aws:kms with S3_KMS_KEY_ID');
}

/**
 * Reads and checks the configuration. An empty variable counts as absent; the predecessor's variables count in our
 * names.
 *
 * @throws ConfigError that names every wrong variable
 */
export function readConfig(given: Environment): Config {
  const env = translatePredecessor(given);
  const read = Object.entries(VARIABLES).map(([name, { schema }]) => {
    const value = env[name]?.trim() === '' ? undefined : env[name];
    return [name, schema.safeParse(value)] as const;
  });
  const faults = read.flatMap(([name, result]) =>
    result.success ? [] : [`${name}: ${result.error.issues.map((issue) => issue.message).join('; ')}`],
  );
  if (faults.length > 0) throw new ConfigError(`The configuration is invalid:\n  ${faults.join('\n  ')}`);
  const values = Object.fromEntries(read.map(([name, result]) => [name, result.data])) as unknown as Values;
  const dataDir = path.resolve(values.SOM3D_DATA_DIR);
  const database = databaseOf(values, dataDir);
  const embedded = database.kind === 'sqlite';
  if (!embedded && !values.JWT_SECRET)
    throw new ConfigError('JWT_SECRET: required with MySQL (at least 16 characters)');
  checkPayments(values);
  checkStorage(values);
  if (!values.SOM3D_TERMS_VERSION !== !values.SOM3D_TERMS_URL) {
    throw new ConfigError('SOM3D_TERMS_VERSION, SOM3D_TERMS_URL: one is required with the other');
  }
  const secureCookies = values.COOKIE_SECURE ?? values.BASE_URL?.startsWith('https:') ?? false;
  if (values.COOKIE_SAMESITE === 'none' && !secureCookies) {
    throw new ConfigError('COOKIE_SAMESITE: none requires COOKIE_SECURE=true, or a BASE_URL with https');
  }
  // As browsers send it: no slash at the end.
  const origins = values.FRONTEND_ORIGINS.split(',').map((origin) => origin.trim().toLowerCase().replace(/\/$/, ''));
  return {
    ...values,
    SOM3D_WORKER_CONCURRENCY: values.SOM3D_WORKER_CONCURRENCY ?? defaultConcurrency(values.SOM3D_WORKER_MEMORY_MB),
    REGISTER_REQUIRES_EMAIL_CODE: values.REGISTER_REQUIRES_EMAIL_CODE ?? (!embedded && values.SMTP_HOST !== undefined),
    dataDir,
    database,
    embedded,
    frontendOrigins: origins.includes('*') ? '*' : origins.filter(Boolean),
    uploadRequires: values.SOM3D_UPLOAD_REQUIRES ?? (embedded ? 'any' : 'verified'),
    maxUploadBytes: values.SOM3D_MAX_UPLOAD_MB * 1024 * 1024,
    epaycoTransactionUrl: transactionUrlOf(values.EPAYCO_VALIDATION_URL, values.EPAYCO_TRANSACTION_URL),
    toolEnvironment: Object.fromEntries(
      TOOL_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    secureCookies,
  };
}
