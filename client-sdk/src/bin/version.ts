import { readFileSync } from 'node:fs';

/** This package's version. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The `User-Agent` of the command. */
export function userAgent(): string {
  return `som3d-cli/${version()} node/${process.versions.node}`;
}
