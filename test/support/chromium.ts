import { chromium, type Browser } from 'playwright-core';
import { onPath } from './services.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** A Chromium of this machine, or undefined. */
export async function findChromium(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const file = await onPath(program);
    if (file) return file;
  }
  return undefined;
}

/**
 * Starts a browser without a window.
 *
 * @param executablePath as `findChromium` gives it
 * @param hosts every name below this domain leads to loopback
 */
export async function startChromium(executablePath: string, hosts: string): Promise<Browser> {
  // A machine without a graphics card draws WebGL in software.
  const graphics = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  return await chromium.launch({
    executablePath,
    args: [`--host-resolver-rules=MAP *.${hosts} 127.0.0.1`, ...graphics],
  });
}
