import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { databases } from '@som3d/server/testing';
import { createConnection } from 'mysql2/promise';
import type { ChaosOptions } from '../options.ts';
import { mountDisk, unmountDisk } from './disk.ts';
import { createMysql } from './mysql.ts';
import type { OwnServer } from './own-server.ts';
import { freePorts } from './ports.ts';
import { createRedis } from './redis.ts';
import { createBucket, createS3, S3_ENV, s3Address } from './s3.ts';
import { startService, type Service } from './service.ts';

const GRACE_SECONDS = 10;
const DATABASE = 'som3d_chaos';

/** The service, and servers of its own that it runs on. */
export interface Cluster extends Service {
  readonly mysql: OwnServer;
  readonly redis: OwnServer | undefined;
  readonly s3: OwnServer | undefined;
  /** Past all ways. */
  readonly mysqlUrl: string;
  readonly redisUrl: string | undefined;
  /** With its keys. */
  readonly s3Url: string | undefined;
  readonly dataDir: string;
  /** A file system that can be made full. */
  readonly limitedDisk: string | undefined;
  readonly logs: string;
  stopServers(): Promise<void>;
}

async function prepareDatabase(port: number): Promise<URL> {
  const server = `mysql://root@127.0.0.1:${port}/`;
  const connection = await createConnection(server);
  await connection.query(`create database ${DATABASE} character set utf8mb4 collate utf8mb4_general_ci`);
  await connection.end();
  const orm = await databases.openOrm({ kind: 'mysql', url: server + DATABASE, poolMax: 2 });
  await databases.migrate(orm, { info: () => {} });
  await orm.close(true);
  return new URL(server + DATABASE);
}

/** Starts servers, API processes and workers below `folder`. */
export async function startCluster(
  folder: string,
  { api, workers, queue, storage }: Pick<ChaosOptions, 'api' | 'workers' | 'queue' | 'storage'>,
): Promise<Cluster> {
  const logs = path.join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const limitedDisk = await mountDisk(path.join(folder, 'disk'));
  const dataDir = path.join(folder, 'disk', 'data');
  const [mysqlPort = 0, redisPort = 0, s3Port = 0] = await freePorts(3);
  const mysql = await createMysql({ folder, logs, port: mysqlPort });
  await mysql.program.start();
  const mysqlUrl = await prepareDatabase(mysqlPort);
  const redis = queue === 'redis' ? await createRedis({ folder, logs, port: redisPort }) : undefined;
  await redis?.program.start();
  const s3 =
    storage === 's3' ? await createS3({ folder: path.join(folder, 'disk', 's3'), logs, port: s3Port }) : undefined;
  await s3?.program.start();
  if (s3) await createBucket(s3Port);
  const service = await startService({
    targets: {
      mysql: mysqlUrl,
      redis: redis && new URL(`redis://127.0.0.1:${redisPort}/0`),
      s3: s3 && new URL(`http://127.0.0.1:${s3Port}`),
    },
    api,
    workers,
    folder,
    dataDir,
    env: { SOM3D_ORPHAN_GRACE_SECONDS: String(GRACE_SECONDS), ...(s3 ? S3_ENV : {}) },
  });
  return {
    ...service,
    mysql,
    redis,
    s3,
    s3Url: s3 && s3Address(s3Port),
    redisUrl: redis && `redis://127.0.0.1:${redisPort}/0`,
    mysqlUrl: mysqlUrl.href,
    dataDir,
    limitedDisk,
    logs,
    stopServers: async () => {
      await redis?.program.stop(5000);
      await s3?.program.stop(5000);
      await mysql.program.stop(20_000);
      if (limitedDisk) await unmountDisk(limitedDisk);
    },
  };
}
