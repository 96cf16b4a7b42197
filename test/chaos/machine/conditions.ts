/**
 * Loaded into a process of the service before its own code (`node --import`): its clock and its disk become what a file
 * says, also while it runs. The service itself knows nothing of it.
 */
import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What the file holds, as JSON. */
export interface Conditions {
  /** How far the clock is ahead, in ms. */
  readonly clockMs?: number;
  /** By how much every write to a file is held up, in ms. */
  readonly writeMs?: number;
}

/** Names the file. */
export const CONDITIONS_FILE = 'SOM3D_CHAOS_CONDITIONS';

const file = process.env[CONDITIONS_FILE];
const RealDate = Date;
let conditions: Conditions = {};

function look(): void {
  try {
    conditions = JSON.parse(readFileSync(file ?? '', 'utf8')) as Conditions;
  } catch {
    // It is being written: what was so a moment ago still is.
  }
}

function steerClock(): void {
  const now = (): number => RealDate.now() + (conditions.clockMs ?? 0);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
}

type Callback = (...result: unknown[]) => void;

function steerDisk(): void {
  for (const name of ['write', 'writev', 'fsync'] as const) {
    const real = fs[name] as unknown as (...args: unknown[]) => void;
    const held = (...args: unknown[]): void => {
      const ms = conditions.writeMs ?? 0;
      if (ms === 0) real(...args);
      else setTimeout(() => real(...args), ms);
    };
    Object.assign(fs, { [name]: held satisfies Callback });
  }
  syncBuiltinESMExports();
}

const parent = process.ppid;
/** Whoever started this process may be killed too: nobody would end it then. */
function endWithParent(): void {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}

if (file) {
  look();
  steerClock();
  steerDisk();
  setInterval(() => {
    endWithParent();
    look();
  }, 100).unref();
}
