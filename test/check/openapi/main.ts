import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { GENERATORS } from './generators.ts';
import { lint } from './linters.ts';
import { hasGo, installTools, run } from './tools.ts';

/**
 * The OpenAPI document as tools see it that nobody here wrote: validators and linters find nothing but what
 * exceptions.ts argues, and generated clients of three languages log in, create a patient, upload a study and download
 * its models from a started service.
 */
const root = path.resolve(import.meta.dirname, '../../..');
const document = path.join(root, 'contract/openapi.json');
const folder = mkdtempSync(path.join(tmpdir(), 'som3d-openapi-'));
const PASSWORD = 'Sierra-Nevada-2026';

const results: boolean[] = [];
function step(name: string, work: () => void): void {
  try {
    work();
    results.push(true);
    console.log(`ok     ${name}`);
  } catch (error) {
    results.push(false);
    console.log(`FAILED ${name}`);
    console.log((error instanceof Error ? error.message : '').split('\n').slice(0, 60).join('\n'));
  }
}

/** Starts the service on a port that the system chooses. @returns its address, and what ends it */
async function startService(): Promise<{ url: string; stop: () => Promise<void> }> {
  const service = spawn(process.execPath, [path.join(root, 'server/dist/main.js'), 'serve'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PORT: '0', SOM3D_DATA_DIR: path.join(folder, 'data'), SOM3D_DEMO_PASSWORD: PASSWORD },
  });
  const stop = async () => {
    service.kill();
    if (service.exitCode === null) await once(service, 'exit');
  };
  for await (const line of createInterface({ input: service.stdout })) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url) {
      service.stdout.resume();
      return { url, stop };
    }
  }
  throw new Error('the service ended before it listened');
}

installTools();
step('openapi-spec-validator, Redocly and Spectral', () => lint(document, folder));

const zip = path.join(folder, 'estudio.zip');
run(process.execPath, [path.join(root, 'client-sdk/bin/som3d'), 'sample', zip], folder);
const { url, stop } = await startService();
try {
  const env = { API: url, CORREO: 'medico.demo@som3d.local', PASSWORD, ZIP: zip };
  for (const [name, generate] of Object.entries(GENERATORS)) {
    if (name.includes('Go') && !hasGo()) console.log(`no Go: ${name} is left out`);
    else step(name, () => generate(document, folder)(env));
  }
} finally {
  await stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = results.every(Boolean) ? 0 : 1;
