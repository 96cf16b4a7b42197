import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Everything that must hold of the code besides its tests; each line is one check. */
const CHECKS: readonly (readonly [name: string, ...command: string[]])[] = [
  ['format', 'oxfmt', '--check', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', '.'],
  ['types of contract and client', 'tsc', '-b'],
  ['types of the server', 'tsc', '-p', 'server', '--incremental', 'false'],
  ['types of the visor', 'tsc', '-p', 'client-sdk/visor'],
  ['types of the tests', 'tsc', '-p', 'test'],
  ['floors of the server', 'node', 'test/check/floors.ts'],
  ['links of documents and comments', 'node', 'test/check/links.ts'],
  ['contract/openapi.json', 'node', 'server/dist/main.js', 'openapi', '--check', 'contract/openapi.json'],
  ['openapi-typescript', 'node', 'test/check/openapi/quick.ts'],
  ['routes and types of the client', 'node', '--conditions=som3d:source', 'client-sdk/src/codegen/main.ts', '--check'],
  ['.env.example', 'node', 'server/dist/main.js', 'config', '--check', '.env.example'],
];

const root = path.resolve(import.meta.dirname, '../..');
const results = CHECKS.map(([name, command = '', ...args]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status !== 0) console.log(`${stdout}${stderr}`.split('\n').slice(-60).join('\n'));
  return status === 0;
});
const passed = results.filter(Boolean).length;
console.log(`checks: ${passed} passed, ${results.length - passed} failed`);
process.exitCode = passed === results.length ? 0 : 1;
