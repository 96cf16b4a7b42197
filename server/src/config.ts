import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/**
 * The only reader of the environment. Every variable is declared once, with its default and its meaning;
 * `.env.example` is written from this table and a check fails when the two differ.
 */
const integer = (min: number, max: number, fallback: number) =>
  z.coerce.number<string | undefined>().int().min(min).max(max).default(fallback);
const boolean = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((text) => text === 'true' || text === '1');
const flag = (fallback: boolean) => boolean.default(fallback);
const text = z.string().trim().min(1);
const cookieName = z.string().regex(/^[\w-]{1,64}$/);

interface Variable {
  readonly schema: z.ZodType;
  readonly group: string;
  readonly doc: string;
  /** What `.env.example` shows where there is no default. */
  readonly example?: string;
}
const variable = <S extends z.ZodType>(group: string, schema: S, doc: string, example?: string) => ({
  schema,
  group,
  doc,
  ...(example === undefined ? {} : { example }),
});

export const VARIABLES = {
  PORT: variable('HTTP', integer(0, 65_535, 8000), 'TCP port; 0 takes a free one.'),
  HOST: variable('HTTP', text.default('127.0.0.1'), 'Address to listen on; 0.0.0.0 opens it to the network.'),
  BASE_URL: variable(
    'HTTP',
    z.url().optional(),
    'Public address of the API; without it, http://HOST:PORT.',
    'https://api.example.com',
  ),
  FRONTEND_ORIGINS: variable(
    'HTTP',
    text.default('http://localhost:3000,http://localhost:5173'),
    'Origins that browsers may call from, separated by commas; * for any.',
  ),
  TRUST_PROXY_HEADERS: variable(
    'HTTP',
    flag(false),
    'Believe X-Forwarded-For and X-Forwarded-Proto of the proxy in front.',
  ),
  SOM3D_SHUTDOWN_SECONDS: variable('HTTP', integer(1, 600, 20), 'Seconds that running requests get after SIGTERM.'),
  SOM3D_LOG_LEVEL: variable(
    'HTTP',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    'Least severe log line written.',
  ),

  SOM3D_DATA_DIR: variable(
    'Data',
    text.default('.som3d'),
    'Folder of the embedded database, of the files and of generated secrets.',
  ),
  MYSQL_URL: variable(
    'Data',
    z.url({ protocol: /^(mysql|mariadb)$/ }).optional(),
    'MySQL or MariaDB; with neither this nor DB_HOST the embedded SQLite is used.',
    'mysql://user:password@host:3306/som3d',
  ),
  DB_HOST: variable('Data', text.optional(), 'MySQL host, in place of MYSQL_URL.', '127.0.0.1'),
  DB_PORT: variable('Data', integer(1, 65_535, 3306), 'MySQL port.'),
  DB_USER: variable('Data', text.optional(), 'MySQL user.', 'som3d'),
  DB_PASS: variable('Data', z.string().optional(), 'MySQL password.', ''),
  DB_NAME: variable('Data', text.default('som3d'), 'MySQL database.'),
  SOM3D_DB_POOL: variable('Data', integer(1, 200, 10), 'MySQL connections of one process.'),

  JWT_SECRET: variable(
    'Sessions',
    z.string().min(16).optional(),
    'Secret that signs sessions, 16 characters at least; the embedded default makes one.',
    '',
  ),
  JWT_ALG: variable('Sessions', z.enum(['HS256', 'HS384', 'HS512']).default('HS256'), 'Algorithm of the signature.'),
  JWT_EXPIRE_MINUTES: variable('Sessions', integer(1, 43_200, 60), 'Life of an access token in minutes.'),
  REGISTER_REQUIRES_EMAIL_CODE: variable(
    'Sessions',
    flag(false),
    'Turn direct registration off: accounts need a code sent by mail.',
  ),
  REFRESH_EXPIRE_DAYS: variable(
    'Sessions',
    integer(1, 400, 30),
    'Life of a refresh session in days, from its last use.',
  ),
  REFRESH_COOKIE_NAME: variable(
    'Sessions',
    cookieName.default('refresh_token'),
    'Cookie of the refresh token (HttpOnly).',
  ),
  CSRF_COOKIE_NAME: variable(
    'Sessions',
    cookieName.default('csrf_token'),
    'Cookie that X-CSRF-Token repeats; scripts may read it.',
  ),
  COOKIE_SAMESITE: variable(
    'Sessions',
    z.enum(['strict', 'lax', 'none']).default('lax'),
    'SameSite of both cookies; none for a frontend on another site, and needs HTTPS.',
  ),
  COOKIE_SECURE: variable(
    'Sessions',
    boolean.optional(),
    'Send both cookies over HTTPS only; without it, as BASE_URL says.',
    'true',
  ),
  VERIFY_EMAIL_EXPIRE_MIN: variable('Sessions', integer(1, 10_080, 120), 'Life of a registration code in minutes.'),
  RESET_PASS_EXPIRE_MIN: variable(
    'Sessions',
    integer(1, 10_080, 60),
    'Life of a link or code for a new password in minutes.',
  ),

  REQUIRE_ACTIVE_SUBSCRIPTION: variable(
    'Payments',
    flag(false),
    'Only doctors with an active subscription, their own or that of their hospital, may start jobs.',
  ),
  RECONCILE_INTERVAL_MINUTES: variable(
    'Payments',
    integer(1, 1440, 10),
    'Minutes between two looks for subscriptions that have run out, by whichever process.',
  ),
  EPAYCO_PUBLIC_KEY: variable('Payments', text.optional(), 'Public key of the ePayco account; checkouts carry it.', ''),
  EPAYCO_PRIVATE_KEY: variable(
    'Payments',
    text.optional(),
    'Private key of the account: checkouts become sessions whose amount is fixed, states are read with authentication.',
    '',
  ),
  P_CUST_ID_CLIENTE: variable('Payments', text.optional(), 'Customer number of the account; part of signatures.', ''),
  P_KEY: variable('Payments', text.optional(), 'Signing key of the account (not the private key).', ''),
  EPAYCO_TEST: variable('Payments', flag(true), 'Payments are tests; with false a test payment grants nothing.'),
  EPAYCO_VERIFY_STATE: variable(
    'Payments',
    flag(true),
    'Ask the gateway for the state before anything is granted or taken back; false only with EPAYCO_TEST=true.',
  ),
  EPAYCO_VALIDATION_URL: variable(
    'Payments',
    z.url().default('https://secure.epayco.co/validation/v1/reference'),
    'Where the state of a payment is read without a private key.',
  ),
  EPAYCO_APIFY_URL: variable(
    'Payments',
    z.url().default('https://apify.epayco.co'),
    'Where sessions are made and states are read with a private key.',
  ),
  EPAYCO_TIMEOUT_SECONDS: variable('Payments', integer(1, 60, 20), 'Seconds that the gateway gets to answer.'),
  EPAYCO_TAX_RATE: variable(
    'Payments',
    z.coerce.number<string | undefined>().min(0).lt(1).default(0),
    'Share of IVA that prices include, as a fraction: 0.19 for 19 %.',
  ),
  FRONTEND_URL: variable(
    'Payments',
    z.url().optional(),
    "Where the payer's page and mails lead back to; without it, the first of FRONTEND_ORIGINS.",
    'https://app.example.com',
  ),
  USE_NGROK_SKIP: variable(
    'Payments',
    flag(false),
    'Development behind an ngrok tunnel: ask it to leave out its warning page on addresses given to the gateway.',
  ),

  SMTP_HOST: variable('Mail', text.optional(), 'Mail server; without it mails are files in SOM3D_DATA_DIR/mail.', ''),
  SMTP_PORT: variable('Mail', integer(1, 65_535, 587), 'Port of the mail server.'),
  SMTP_SECURE: variable(
    'Mail',
    flag(false),
    'TLS from the first byte (port 465); with false STARTTLS is used where the server offers it.',
  ),
  SMTP_USER: variable('Mail', text.optional(), 'User at the mail server, when it asks for one.', ''),
  SMTP_PASS: variable('Mail', z.string().optional(), 'Password at the mail server.', ''),
  SMTP_FROM: variable('Mail', text.default('SOM3D <no-reply@som3d.local>'), 'Sender of mails.'),

  HOSPITAL_LINK_ACTIVATES: variable(
    'Hospitals',
    z.enum(['always', 'subscribed']).default('always'),
    'Linking by code activates the doctor always, or only while the hospital has an active subscription.',
  ),

  SOM3D_MAX_UPLOAD_MB: variable('Jobs', integer(1, 16_384, 1024), 'Largest upload in MiB.'),
  SOM3D_RESULT_URL_SECONDS: variable('Jobs', integer(10, 604_800, 900), 'Life of a signed result URL in seconds.'),
  SOM3D_KEEP_INPUT: variable('Jobs', flag(false), 'Keep the uploaded ZIP after its job has ended.'),
  SOM3D_EMBEDDED_WORKER: variable(
    'Jobs',
    flag(true),
    'Run jobs from the server process; false leaves them to `worker`.',
  ),
  SOM3D_WORKER_CONCURRENCY: variable(
    'Jobs',
    integer(1, 64, Math.max(1, Math.floor(availableParallelism() / 2))),
    'Jobs computed at once by one worker (default: half the cores).',
  ),
  SOM3D_WORKER_THREADS: variable(
    'Jobs',
    integer(1, 64, Math.min(4, availableParallelism())),
    'Threads of one job (default: the cores, 4 at most).',
  ),
  SOM3D_WORKER_MEMORY_MB: variable(
    'Jobs',
    integer(256, 262_144, 3072),
    'Memory one job may plan for, in MiB; a larger scan is refused with a clear word.',
  ),
  SOM3D_LEASE_SECONDS: variable(
    'Jobs',
    integer(3, 3600, 30),
    'After how many seconds without a heartbeat a running job is taken up by another worker.',
  ),
  SOM3D_JOB_TIMEOUT_MINUTES: variable(
    'Jobs',
    integer(1, 10_080, 60),
    'Minutes after which a job is ended with an error.',
  ),
  SOM3D_ORPHAN_GRACE_SECONDS: variable(
    'Jobs',
    integer(1, 604_800, 600),
    'Age at which a stored file that no job names is removed.',
  ),

  SEGMENTATION_ENGINE: variable(
    'Segmentation',
    z.enum(['auto', 'threshold', 'totalsegmentator']).default('auto'),
    'Who finds the tissues: auto takes TotalSegmentator where it is installed, else ranges of HU.',
  ),
  TOTALSEGMENTATOR_BIN: variable(
    'Segmentation',
    text.default('TotalSegmentator'),
    'Command of TotalSegmentator: a path, or a name on the PATH.',
  ),
  TOTALSEG_LICENSE: variable(
    'Segmentation',
    text.optional(),
    'Licence number of TotalSegmentator, which some of its tasks need (bones of limbs, muscles).',
    '',
  ),
  SOM3D_SEGMENTATION_TIMEOUT_MINUTES: variable(
    'Segmentation',
    integer(1, 10_080, 45),
    'Minutes that TotalSegmentator gets for all tasks of one job; SOM3D_JOB_TIMEOUT_MINUTES bounds the whole job.',
  ),

  SOM3D_DEMO: variable(
    'First start',
    flag(true),
    'Embedded only: seed the demo doctor, the administrator and a first case.',
  ),
  SOM3D_DEMO_PASSWORD: variable(
    'First start',
    z.string().min(8).optional(),
    'Password of medico.demo@som3d.local; random and printed once without it.',
    '',
  ),
  SOM3D_ADMIN_PASSWORD: variable(
    'First start',
    z.string().min(8).optional(),
    'Password of admin@som3d.local; random and printed once without it.',
    '',
  ),
} as const satisfies Record<string, Variable>;

type Values = { readonly [K in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[K]['schema']> };

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'mysql'; readonly url: string; readonly poolMax: number };

/** What TotalSegmentator gets to know of this process's environment: where programs, models and accelerators are. */
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

/** The configuration as the service uses it: the variables, and what is derived from several of them. */
export interface Config extends Values {
  readonly dataDir: string;
  readonly database: DatabaseConfig;
  /** True without a MySQL: SQLite, generated secrets, demo data. */
  readonly embedded: boolean;
  readonly frontendOrigins: '*' | readonly string[];
  readonly maxUploadBytes: number;
  /** The environment of TotalSegmentator's command. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** Whether browsers send the session's cookies over HTTPS only. */
  readonly secureCookies: boolean;
}

/** The environment is not usable; `message` names each variable and what is wrong with it. */
export class ConfigError extends Error {}

const databaseOf = (values: Values, dataDir: string): DatabaseConfig => {
  const poolMax = values.SOM3D_DB_POOL;
  if (values.MYSQL_URL) return { kind: 'mysql', url: values.MYSQL_URL, poolMax };
  if (!values.DB_HOST) return { kind: 'sqlite', file: path.join(dataDir, 'som3d.sqlite') };
  if (!values.DB_USER) throw new ConfigError('DB_USER: needed beside DB_HOST');
  const url = new URL(`mysql://${values.DB_HOST}:${values.DB_PORT}`);
  url.username = encodeURIComponent(values.DB_USER);
  url.password = encodeURIComponent(values.DB_PASS ?? '');
  url.pathname = `/${encodeURIComponent(values.DB_NAME)}`;
  return { kind: 'mysql', url: url.href, poolMax };
};

/** Real money needs every key, and no state is believed unseen. */
const checkPayments = (values: Values): void => {
  if (values.EPAYCO_PRIVATE_KEY && !values.EPAYCO_PUBLIC_KEY) {
    throw new ConfigError('EPAYCO_PUBLIC_KEY: needed beside EPAYCO_PRIVATE_KEY');
  }
  if (values.EPAYCO_TEST) return;
  const missing = (['EPAYCO_PUBLIC_KEY', 'P_CUST_ID_CLIENTE', 'P_KEY'] as const).filter((name) => !values[name]);
  if (missing.length > 0) throw new ConfigError(`${missing.join(', ')}: needed with EPAYCO_TEST=false`);
  if (!values.EPAYCO_VERIFY_STATE) throw new ConfigError('EPAYCO_VERIFY_STATE: false is only for EPAYCO_TEST=true');
};

/**
 * Reads and checks the configuration. An empty variable counts as absent.
 *
 * @throws ConfigError naming every variable that is wrong
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const read = Object.entries(VARIABLES).map(([name, { schema }]) => {
    const given = env[name]?.trim() === '' ? undefined : env[name];
    return [name, schema.safeParse(given)] as const;
  });
  const faults = read.flatMap(([name, result]) =>
    result.success ? [] : [`${name}: ${result.error.issues.map((issue) => issue.message).join('; ')}`],
  );
  if (faults.length > 0) throw new ConfigError(`The configuration is not usable:\n  ${faults.join('\n  ')}`);
  const values = Object.fromEntries(read.map(([name, result]) => [name, result.data])) as unknown as Values;
  const dataDir = path.resolve(values.SOM3D_DATA_DIR);
  const database = databaseOf(values, dataDir);
  const embedded = database.kind === 'sqlite';
  if (!embedded && !values.JWT_SECRET) throw new ConfigError('JWT_SECRET: needed with MySQL (16 characters at least)');
  checkPayments(values);
  const secureCookies = values.COOKIE_SECURE ?? values.BASE_URL?.startsWith('https:') ?? false;
  if (values.COOKIE_SAMESITE === 'none' && !secureCookies) {
    throw new ConfigError('COOKIE_SAMESITE: none needs COOKIE_SECURE=true, or a BASE_URL of https');
  }
  const origins = values.FRONTEND_ORIGINS.split(',').map((origin) => origin.trim());
  return {
    ...values,
    dataDir,
    database,
    embedded,
    frontendOrigins: origins.includes('*') ? '*' : origins.filter(Boolean),
    maxUploadBytes: values.SOM3D_MAX_UPLOAD_MB * 1024 * 1024,
    toolEnvironment: Object.fromEntries(
      TOOL_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    secureCookies,
  };
};

/** The text of `.env.example`: every variable with its meaning and its default. */
export const envExample = (): string => {
  const machine = new Set(['SOM3D_WORKER_CONCURRENCY', 'SOM3D_WORKER_THREADS']);
  const groups = Map.groupBy(Object.entries<Variable>(VARIABLES), ([, { group }]) => group);
  const blocks = [...groups].map(([group, entries]) => {
    const lines = entries.map(([name, { schema, doc, example }]) => {
      const fallback = machine.has(name)
        ? undefined
        : (schema.safeParse(undefined).data as string | number | boolean | undefined);
      return `# ${doc}\n${fallback === undefined ? `# ${name}=${example ?? ''}` : `${name}=${fallback}`}`;
    });
    return `## ${group}\n${lines.join('\n')}`;
  });
  return `# Every variable of the service. Copy to .env; an empty variable counts as absent.\n\n${blocks.join('\n\n')}\n`;
};
