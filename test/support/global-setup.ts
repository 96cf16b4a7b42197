import type { TestProject } from 'vitest/node';
import { findMysql } from './mysql.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Server for MySQL databases, `null` when the run is on the embedded database alone. */
    mysqlUrl: string | null;
    mysqlVersion: string | null;
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
  console.log(line);
  project.provide('mysqlUrl', mysql?.url ?? null);
  project.provide('mysqlVersion', mysql?.version ?? null);
  return async () => {
    await mysql?.stop();
    console.log(line);
  };
};
