import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';

/**
 * `npm run check:all`: the checks, every test, also those that take too long for every change, on all databases, queues
 * and storages; then the tests of the API, the migrations and the takeover on MariaDB 10.11 and 11.8. Takes an hour.
 */
const root = path.resolve(import.meta.dirname, '../..');
const VITEST = [path.join(root, 'test/node_modules/vitest/vitest.mjs'), 'run', '--root', 'test'];
const ON_MARIADB = [...VITEST, 'api/', 'migrations/', 'takeover/'];
const REQUIRED = { SOM3D_TEST_REQUIRE_MYSQL: '1', SOM3D_TEST_REQUIRE_REDIS: '1', SOM3D_TEST_REQUIRE_S3: '1' };

type Environment = Readonly<Record<string, string>>;
interface Step {
  readonly name: string;
  readonly args: readonly string[];
  /** Asked for when the step begins. */
  readonly env?: () => Environment;
}

/** Runs a script that installs programs. @returns the folder it puts them into */
function install(script: string, ...args: string[]): string {
  const output = execFileSync(path.join(root, 'test/support', script), args, { encoding: 'utf8' });
  return output.trim().split('\n').at(-1) ?? '';
}

/** Where neither a server nor Docker is found, the programs come from Debian's packages and from Go's modules. */
function everyService(): Environment {
  if (!process.env['TEST_MYSQL_URL']) install('mysql-server.sh');
  if (!process.env['TEST_S3_URL']) install('s3-server.sh');
  return REQUIRED;
}

function onMariaDb(version: 'mariadb' | 'mariadb-11.8'): Environment {
  const server = path.join(install('mysql-server.sh', version), 'mariadbd');
  return { TEST_MYSQL_URL: '', TEST_MYSQL_SERVER: server, SOM3D_TEST_REQUIRE_MYSQL: '1' };
}

const STEPS: readonly Step[] = [
  { name: 'the checks', args: [path.join(root, 'test/check/main.ts')] },
  { name: 'the OpenAPI document as other tools see it', args: [path.join(root, 'test/check/openapi/main.ts')] },
  { name: 'every test', args: VITEST, env: everyService },
  { name: 'API, migrations and takeover on MariaDB 10.11', args: ON_MARIADB, env: () => onMariaDb('mariadb') },
  { name: 'the same on MariaDB 11.8', args: ON_MARIADB, env: () => onMariaDb('mariadb-11.8') },
];

const results = STEPS.map(({ name, args, env }) => {
  console.log(`\n== ${name}`);
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env?.() } } as const;
  return { name, passed: spawnSync(process.execPath, args, options).status === 0 };
});
for (const { name, passed } of results) console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
