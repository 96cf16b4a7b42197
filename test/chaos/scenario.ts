import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, waitForJob, type Client } from '@som3d/client';
import type { Job } from '@som3d/contract';
import { createDatabase, databaseKinds } from '../support/database.ts';
import { imagingChildren, jobLines, jobRow, storedFiles, until, upload } from '../support/jobs.ts';
import { tokenOf } from '../support/large-upload.ts';
import { startService, type ServiceProcess } from './machine/service.ts';

/** One API process and some workers on MySQL, with files in a shared folder. */
export interface Scenario extends AsyncDisposable {
  readonly client: Client;
  readonly workers: readonly ServiceProcess[];
  upload(form: 'small' | 'large'): Promise<Job>;
  wait(jobId: string): Promise<Job>;
  row(jobId: string): ReturnType<typeof jobRow>;
  lines(jobId: string): Promise<string[]>;
  /** Waits until a worker computes the job. */
  computing(worker: ServiceProcess): Promise<void>;
  /** Everything that is stored, half-written or temporary. */
  files(): Promise<string[]>;
}

/** Workers in processes of their own share a MySQL; the embedded database has no network and no second machine. */
export function canRun(): boolean {
  return databaseKinds().includes('mysql');
}

/** @param dataDir in place of a temporary folder */
export async function startScenario({
  workers = 1,
  redis,
  s3,
  env = {},
  dataDir,
}: {
  readonly workers?: number;
  readonly redis?: string | undefined;
  /** Address of the storage; the bucket and its keys are in `env`. */
  readonly s3?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
} = {}): Promise<Scenario> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase('mysql'));
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-scenario-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'logs'));
  const data = dataDir ?? path.join(folder, 'data');
  const service = await startService({
    targets: {
      mysql: new URL(database.env['MYSQL_URL'] ?? ''),
      redis: redis === undefined ? undefined : new URL(redis),
      s3: s3 === undefined ? undefined : new URL(s3),
    },
    api: 1,
    workers,
    folder,
    dataDir: data,
    env,
  });
  stack.defer(() => service.stop().then(() => undefined));
  const url = service.processes.find(({ kind }) => kind === 'api')?.url ?? '';
  const client = createClient({ baseUrl: url, token: await tokenOf(url), retry: false });
  const opened = stack.move();
  return {
    client,
    workers: service.processes.filter(({ kind }) => kind === 'worker'),
    upload: (form) => upload(client, { form }),
    wait: (jobId) => waitForJob(client, jobId, { pollMs: 200 }),
    row: (jobId) => jobRow(database.orm, jobId),
    lines: (jobId) => jobLines(database.orm, jobId),
    computing: async ({ name, program }) => {
      await until(() => imagingChildren(program.pid() ?? -1)[0], `${name} computes`);
    },
    files: () => storedFiles(data),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
