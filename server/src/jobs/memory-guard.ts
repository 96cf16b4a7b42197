import { readFile } from 'node:fs/promises';

const MEGABYTE = 1024 ** 2;
const LOOK_EVERY_MS = 100;
/** A plan is an estimate: a process may take this much more than planned before it is ended. */
const MARGIN_SHARE = 0.25;
const MARGIN_MB = 128;

/**
 * Looks after the memory of a process that plans its own: the last resort for what its plan does not know, so that the
 * machine's memory never ends and the system has nothing to choose a victim from. Where the system does not tell
 * (`/proc` is of Linux), there is no guard.
 * @param memoryMb what the process plans with, MiB
 * @param onExceeded called once, when more than that and a margin is resident
 */
export function watchMemory(
  pid: number | undefined,
  memoryMb: number,
  onExceeded: () => void,
): { readonly stop: () => void } {
  const limit = (memoryMb * (1 + MARGIN_SHARE) + MARGIN_MB) * MEGABYTE;
  const look = async (): Promise<void> => {
    const bytes = await residentBytes(pid);
    if (bytes === null || bytes <= limit) return;
    clearInterval(timer);
    onExceeded();
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function residentBytes(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? null : 1024 * Number(kilobytes);
}
