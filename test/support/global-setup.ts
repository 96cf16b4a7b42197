import type { TestProject } from 'vitest/node';
import { findMysql } from './mysql.ts';
import { findRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Server for MySQL databases, `null` when the run is on the embedded database alone. */
    mysqlUrl: string | null;
    mysqlVersion: string | null;
    /** Redis of the run, `null` when the tests of its queue are skipped. */
    redisUrl: string | null;
  }
}

/** Finds a MySQL for the whole run, and says on what it ran in its first line and its last. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const mysql = await findMysql();
  if (!mysql && process.env['SOM3D_TEST_REQUIRE_MYSQL'] === '1') {
    throw new Error('SOM3D_TEST_REQUIRE_MYSQL=1, but there is no TEST_MYSQL_URL, no Docker and no mysqld on the PATH');
  }
  const line = mysql
    ? `databases: SQLite and ${mysql.version} (${mysql.source})`
    : 'databases: SQLite ONLY. No MySQL was found (TEST_MYSQL_URL, Docker, mysqld or mariadbd on the PATH).';
  const redis = await findRedis();
  if (!redis && process.env['SOM3D_TEST_REQUIRE_REDIS'] === '1') {
    throw new Error('SOM3D_TEST_REQUIRE_REDIS=1, but there is no TEST_REDIS_URL, no Docker and no redis-server');
  }
  const queues = redis
    ? `queues: the database and Redis ${redis.version} (${redis.source})`
    : 'queues: the database ONLY. No Redis was found (TEST_REDIS_URL, Docker, redis-server on the PATH).';
  console.log(line);
  console.log(queues);
  project.provide('redisUrl', redis?.url ?? null);
  project.provide('mysqlUrl', mysql?.url ?? null);
  project.provide('mysqlVersion', mysql?.version ?? null);
  return async () => {
    await Promise.all([mysql?.stop(), redis?.stop()]);
    console.log(line);
    console.log(queues);
  };
};
