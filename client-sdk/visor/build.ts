import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

// Builds dist/, when a source changed since the last time. `npm start` runs it each time.
const here = import.meta.dirname;
const stamp = path.join(here, 'dist/.sources');

const SOURCES = ['*.{ts,json,html}', 'public/**/*', 'src/**/*', '../src/**/*.ts', '../../pnpm-lock.yaml'];

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: here, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).toSorted()) {
    hash.update(`${path.relative(here, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function hashOfLastBuild(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined; // never built
  }
}

const hash = hashOfSources();
if (hash !== hashOfLastBuild()) {
  await build({ root: here, logLevel: 'warn' });
  // Last: a build that was cut off is made again.
  writeFileSync(stamp, hash);
}
