import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CONDITIONS_FILE, type Conditions } from './conditions.ts';
import { freePorts } from './ports.ts';
import { createProgram, type Program } from './program.ts';
import { openWay, type Way } from './way.ts';

const MAIN = path.join(import.meta.dirname, '../../../server/dist/main.js');
const CONDITIONS = path.join(import.meta.dirname, 'conditions.ts');

export const LEASE_SECONDS = 5;
/** Longest time that a process of the service gets to hand back its job and end. */
const SHUTDOWN_MS = 40_000;

/** What the service needs. Every process has a way of its own to each of them. */
export interface Targets {
  readonly mysql: URL;
  readonly redis?: URL | undefined;
  readonly s3?: URL | undefined;
}

/** A process of the service. */
export interface ServiceProcess {
  readonly kind: 'api' | 'worker';
  readonly name: string;
  readonly program: Program;
  readonly ways: Readonly<Partial<Record<keyof Targets, Way>>>;
  /** Empty for a worker. */
  readonly url: string;
  /** Its clock and its disk, from now on. */
  readonly set: (conditions: Conditions) => Promise<void>;
}

export interface ServiceOptions {
  readonly targets: Targets;
  readonly api: number;
  readonly workers: number;
  /** Of conditions and logs. */
  readonly folder: string;
  /** Shared by all of them; without S3 it is the storage. */
  readonly dataDir: string;
  /** Variables beside those that every process has. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Service {
  readonly processes: readonly ServiceProcess[];
  /** Ends all; each with its exit code, null when it had to be killed. */
  stop(): Promise<Map<string, number | null>>;
}

/** What every process is told, whatever it is. */
const COMMON: Readonly<Record<string, string>> = {
  SOM3D_DEMO: 'false',
  SOM3D_UPLOAD_REQUIRES: 'any',
  SOM3D_QUOTA_WAITING_JOBS: '100000',
  JWT_SECRET: 'a secret of the soak alone',
  JWT_EXPIRE_MINUTES: '600',
  SOM3D_DB_POOL: '6',
  SOM3D_LEASE_SECONDS: String(LEASE_SECONDS),
  SOM3D_JOB_TIMEOUT_MINUTES: '5',
  SOM3D_WORKER_CONCURRENCY: '1',
  SOM3D_WORKER_THREADS: '1',
  SOM3D_EMBEDDED_WORKER: 'false',
  SEGMENTATION_ENGINE: 'threshold',
};

/** An address as it is reached by a way. */
function by(target: URL, way: Way): string {
  const url = new URL(target);
  url.host = `127.0.0.1:${way.port}`;
  return url.href;
}

/** Ways to all targets, and the variables that lead a process there. */
async function openWays({ mysql, redis, s3 }: Targets) {
  const ways: Partial<Record<keyof Targets, Way>> = {};
  const env: Record<string, string> = {};
  ways.mysql = await openWay(mysql, 3306);
  env['MYSQL_URL'] = by(mysql, ways.mysql);
  if (redis) {
    ways.redis = await openWay(redis, 6379);
    env['REDIS_URL'] = by(redis, ways.redis);
  }
  if (s3) {
    ways.s3 = await openWay(s3, 80);
    env['S3_ENDPOINT'] = by(s3, ways.s3).replace(/\/$/, '');
  }
  return { ways, env };
}

async function createProcess(
  kind: 'api' | 'worker',
  name: string,
  port: number,
  options: ServiceOptions,
): Promise<ServiceProcess> {
  const { folder, dataDir, targets } = options;
  const { ways, env } = await openWays(targets);
  const url = kind === 'api' ? `http://127.0.0.1:${port}` : '';
  const file = path.join(folder, `${name}.conditions.json`);
  const set = (conditions: Conditions): Promise<void> => writeFile(file, JSON.stringify(conditions));
  await set({});
  const program = createProgram({
    name,
    command: process.execPath,
    args: ['--import', CONDITIONS, MAIN, kind === 'api' ? 'serve' : 'worker'],
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      SOM3D_DATA_DIR: dataDir,
      PORT: String(port),
      [CONDITIONS_FILE]: file,
      ...COMMON,
      ...options.env,
      ...env,
    },
    logFile: path.join(folder, 'logs', `${name}.log`),
    ready: async () => kind === 'worker' || (await fetch(`${url}/health`)).ok,
  });
  return { kind, name, program, ways, url, set };
}

/** Starts API processes and workers; an API process serves when this returns. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const ports = await freePorts(options.api);
  const processes = await Promise.all([
    ...ports.map((port, i) => createProcess('api', `api-${i + 1}`, port, options)),
    ...Array.from({ length: options.workers }, (_, i) => createProcess('worker', `worker-${i + 1}`, 0, options)),
  ]);
  await Promise.all(processes.map(({ program }) => program.start()));
  return {
    processes,
    stop: async () => {
      const ends = processes.map(async ({ name, program }) => [name, await program.stop(SHUTDOWN_MS)] as const);
      const codes = new Map(await Promise.all(ends));
      await Promise.all(processes.flatMap(({ ways }) => Object.values(ways).map((way) => way[Symbol.asyncDispose]())));
      return codes;
    },
  };
}
