import { setTimeout as pause } from 'node:timers/promises';
import { imagingChildren } from '../support/jobs.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import type { Cluster } from './machine/cluster.ts';
import { setDiskFull } from './machine/disk.ts';
import type { Program } from './machine/program.ts';
import { LEASE_SECONDS, type ServiceProcess } from './machine/service.ts';
import type { TroubleKind } from './options.ts';

/** Something that can be done to the machine. */
interface Trouble {
  readonly kind: TroubleKind;
  /** How often, compared with the others. */
  readonly weight: number;
  /** Strikes and sets right again; false when there was nothing to strike. */
  strike(): Promise<boolean>;
}

const HOUR_MS = 3_600_000;
/** What has found nothing to strike says so within this time. */
const STRIKE_MS = 100;

/** Every trouble that this machine can have. */
function troublesOf(cluster: Cluster, dice: Dice, journal: Journal): Trouble[] {
  const { processes, mysql, redis } = cluster;
  const troubled = new Set<string>();
  const apis = processes.filter(({ kind }) => kind === 'api');
  const workers = processes.filter(({ kind }) => kind === 'worker');

  /** Chooses one that is left alone at the moment, and keeps it to this trouble until it is over. */
  const with1 = async <T extends { name: string }>(
    choices: readonly T[],
    work: (one: T) => Promise<boolean>,
  ): Promise<boolean> => {
    const free = choices.filter(({ name }) => !troubled.has(name));
    if (free.length === 0) return false;
    const one = dice.of(free);
    troubled.add(one.name);
    try {
      return await work(one);
    } finally {
      troubled.delete(one.name);
    }
  };

  const end = (program: Program, signal: 'SIGKILL' | 'SIGTERM', what: string): boolean => {
    const pid = program.pid();
    if (pid === undefined) return false;
    journal.note(what, `${program.name} (${pid})`);
    program.kill(signal, dice.between(100, 2000));
    return true;
  };

  const killService = (kind: 'api' | 'worker', signal: 'SIGKILL' | 'SIGTERM'): Promise<boolean> =>
    with1(kind === 'api' ? apis : workers, async ({ program }) =>
      end(program, signal, `${signal === 'SIGKILL' ? 'kill' : 'end'} ${kind}`),
    );

  const killServer = async (program: Program | undefined): Promise<boolean> =>
    program ? end(program, 'SIGKILL', `kill ${program.name}`) : false;

  const killChild = (): Promise<boolean> =>
    with1(workers, async ({ name, program }) => {
      const [child] = imagingChildren(program.pid() ?? -1);
      if (child === undefined) return false;
      journal.note('kill imaging child', `of ${name} (${child})`);
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // It has ended in this very moment.
      }
      return true;
    });

  const freeze = (choices: readonly ServiceProcess[], what: string, seconds: number): Promise<boolean> =>
    with1(choices, async ({ name, program }) => {
      journal.note(what, `${name} for ${seconds} s`);
      program.signal('SIGSTOP');
      await pause(seconds * 1000);
      program.signal('SIGCONT');
      return true;
    });

  const damage = (
    choices: readonly ServiceProcess[],
    to: 'mysql' | 'redis' | 's3',
    how: 'cut' | 'stall',
    seconds: number,
  ): Promise<boolean> =>
    with1(choices, async ({ name, kind, ways }) => {
      const way = ways[to];
      if (!way) return false;
      journal.note(`${how} ${kind} - ${to}`, `${name} for ${seconds} s`);
      way[how]();
      await pause(seconds * 1000);
      way.mend();
      return true;
    });

  const slowDown = (seconds: number): Promise<boolean> =>
    with1(processes, async ({ name, ways, set }) => {
      const ms = dice.between(50, 400);
      journal.note('slow storage', `${name}: ${ms} ms for each piece, for ${seconds} s`);
      ways.s3?.slow(ms);
      if (!ways.s3) await set({ writeMs: ms });
      await pause(seconds * 1000);
      ways.s3?.mend();
      await set({});
      return true;
    });

  const jumpClock = (seconds: number): Promise<boolean> =>
    with1(workers, async ({ name, set }) => {
      const clockMs = dice.of([HOUR_MS, -HOUR_MS]);
      journal.note('clock jump', `${name}: ${clockMs / HOUR_MS} h for ${seconds} s`);
      await set({ clockMs });
      await pause(seconds * 1000);
      await set({});
      return true;
    });

  const fillDisk = (seconds: number): Promise<boolean> =>
    with1([{ name: 'disk' }], async () => {
      const disk = cluster.limitedDisk;
      if (!disk) return false;
      journal.note('disk full', `for ${seconds} s`);
      await setDiskFull(disk, true);
      await pause(seconds * 1000);
      await setDiskFull(disk, false);
      return true;
    });

  return [
    { kind: 'kill', weight: 4, strike: () => killService('worker', 'SIGKILL') },
    { kind: 'kill', weight: 4, strike: () => killService('api', 'SIGKILL') },
    { kind: 'kill', weight: 3, strike: killChild },
    { kind: 'kill', weight: 2, strike: () => killServer(mysql.program) },
    { kind: 'kill', weight: 2, strike: () => killServer(redis?.program) },
    { kind: 'kill', weight: 2, strike: () => killServer(cluster.s3?.program) },
    { kind: 'kill', weight: 1, strike: () => killService('worker', 'SIGTERM') },
    { kind: 'kill', weight: 1, strike: () => killService('api', 'SIGTERM') },
    { kind: 'kill', weight: 1, strike: () => freeze(workers, 'freeze worker', LEASE_SECONDS + 3) },
    { kind: 'kill', weight: 1, strike: () => freeze(apis, 'freeze api', 4) },
    { kind: 'network', weight: 1, strike: () => damage(workers, 'redis', 'cut', 10) },
    { kind: 'network', weight: 1, strike: () => damage(workers, 'redis', 'stall', 10) },
    { kind: 'network', weight: 1, strike: () => damage(apis, 'redis', 'cut', 5) },
    { kind: 'network', weight: 1, strike: () => damage(workers, 'mysql', 'cut', dice.between(1, 8)) },
    { kind: 'network', weight: 1, strike: () => damage(workers, 'mysql', 'stall', dice.between(1, 8)) },
    { kind: 'network', weight: 1, strike: () => damage(apis, 'mysql', 'cut', dice.between(1, 4)) },
    { kind: 'network', weight: 1, strike: () => damage(processes, 's3', 'cut', dice.between(1, 4)) },
    { kind: 'disk', weight: 1, strike: () => fillDisk(dice.between(2, 6)) },
    { kind: 'slow', weight: 1, strike: () => slowDown(8) },
    { kind: 'clock', weight: 1, strike: () => jumpClock(10) },
  ];
}

/**
 * Makes trouble every so often until `signal` is aborted. Resolves when what was struck has been set right.
 *
 * @param everyMs pause between two troubles in ms; one may begin while another still lasts
 */
export async function makeTrouble(
  cluster: Cluster,
  { dice, journal, only }: { dice: Dice; journal: Journal; only: readonly TroubleKind[] },
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const troubles = troublesOf(cluster, dice, journal).filter(({ kind }) => only.includes(kind));
  const chosen = troubles.flatMap((trouble) => Array.from({ length: trouble.weight }, () => trouble));
  const under = new Set<Promise<unknown>>();
  while (!signal.aborted) {
    const strike = dice
      .of(chosen)
      .strike()
      .catch((error: unknown) => {
        journal.note('trouble failed', String(error));
        return false;
      });
    const over = strike.finally(() => under.delete(over));
    under.add(over);
    const struck = await Promise.race([strike, pause(STRIKE_MS, true)]);
    // Nothing was there to strike: another one, at once.
    await pause(struck ? everyMs : STRIKE_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(under);
}
