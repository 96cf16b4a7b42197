import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The tools that nobody of this project wrote, pinned: docs/api-tools.md names the same versions. */
const NPM = {
  '@redocly/cli': '2.77.0',
  '@stoplight/spectral-cli': '6.16.3',
};
const PYPI = ['openapi-spec-validator==0.9.0', 'openapi-python-client==0.29.1'];
const GO_GENERATOR = 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2';

const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'som3d-openapi');
export const nodeBin: string = path.join(cache, 'node_modules/.bin');
export const pythonBin: string = path.join(cache, 'python/bin');
export const goBin: string = path.join(cache, 'go/bin');

/** Runs a program. @throws Error with all that it printed, when it fails */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', ...env },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** Whether this machine has Go; without it the check says that it left Go out. */
export function hasGo(): boolean {
  process.env['PATH'] = `${process.env['PATH']}${path.delimiter}/usr/local/go/bin`;
  return spawnSync('go', ['version']).status === 0;
}

/** Modules of Go stay out of the user's own folders, writable, so that they can be removed. */
export const GO_ENV: NodeJS.ProcessEnv = { GOPATH: path.join(cache, 'go'), GOFLAGS: '-modcacherw -mod=mod' };

/** Installs what is not there yet, each in its pinned version, into a cache of the user. */
export function installTools(): void {
  mkdirSync(cache, { recursive: true });
  const manifest = path.join(cache, 'package.json');
  writeFileSync(manifest, JSON.stringify({ private: true, type: 'module', dependencies: NPM }));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], cache);
  if (!existsSync(pythonBin)) run('python3', ['-m', 'venv', path.dirname(pythonBin)], cache);
  run(path.join(pythonBin, 'pip'), ['install', '-q', ...PYPI], cache);
  if (hasGo() && !existsSync(path.join(goBin, 'oapi-codegen'))) run('go', ['install', GO_GENERATOR], cache, GO_ENV);
}

/** The packages of the tests, among them openapi-typescript and openapi-fetch. */
const packages = path.resolve(import.meta.dirname, '../../node_modules');
export const testBin: string = path.join(packages, '.bin');
export const tsc: string = path.resolve(packages, '../../node_modules/.bin/tsc');

/** A folder whose TypeScript finds the packages of the tests. Node runs no TypeScript below node_modules. */
export function typescriptFolder(): string {
  const folder = path.resolve(packages, '../.cache/som3d-openapi');
  mkdirSync(folder, { recursive: true });
  return folder;
}
