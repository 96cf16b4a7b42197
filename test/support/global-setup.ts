import type { TestProject } from 'vitest/node';
import { findMysql } from './mysql.ts';
import { findRedis } from './redis.ts';
import { findS3 } from './s3.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Server for MySQL databases, `null` when the run is on the embedded database alone. */
    mysqlUrl: string | null;
    mysqlVersion: string | null;
    /** Redis of the run, `null` when the tests of its queue are skipped. */
    redisUrl: string | null;
    /** S3 server of the run with its keys, `null` when the tests of that storage are skipped. */
    s3Url: string | null;
  }
}

/** A service that a run does without, unless `SOM3D_TEST_REQUIRE_…=1` says that it must not. */
function orRefuse<T>(found: T | undefined, name: 'MYSQL' | 'REDIS' | 'S3', ways: string): T | undefined {
  const requirement = `SOM3D_TEST_REQUIRE_${name}`;
  if (!found && process.env[requirement] === '1') {
    throw new Error(`${requirement}=1, but there is none: TEST_${name}_URL, Docker, ${ways}`);
  }
  return found;
}

/**
 * Finds the services of the whole run, and says on what it ran in its first lines and its last. With
 * `SOM3D_TEST_SERVICES=none` it looks for none.
 */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const alone = process.env['SOM3D_TEST_SERVICES'] === 'none';
  const mysql = orRefuse(
    alone ? undefined : await findMysql(),
    'MYSQL',
    'mysqld or mariadbd on the PATH, support/mysql-server.sh',
  );
  const redis = orRefuse(alone ? undefined : await findRedis(), 'REDIS', 'redis-server on the PATH');
  const s3 = orRefuse(alone ? undefined : await findS3(), 'S3', 'minio or versitygw on the PATH, support/s3-server.sh');
  const lines = [
    `databases: SQLite ${mysql ? `and ${mysql.version} (${mysql.source})` : 'ONLY, no MySQL'}`,
    `queues: the database ${redis ? `and Redis ${redis.version} (${redis.source})` : 'ONLY, no Redis'}`,
    `storages: files ${s3 ? `and S3 (${s3.source})` : 'ONLY, no S3 server'}`,
  ].join('\n');
  console.log(lines);
  project.provide('mysqlUrl', mysql?.url ?? null);
  project.provide('mysqlVersion', mysql?.version ?? null);
  project.provide('redisUrl', redis?.url ?? null);
  project.provide('s3Url', s3?.url ?? null);
  return async () => {
    await Promise.all([mysql?.stop(), redis?.stop(), s3?.stop()]);
    console.log(lines);
  };
};
