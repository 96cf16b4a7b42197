import type { Health } from '@som3d/contract';
import type { z } from 'zod';
import { isDiskError } from '../../db/errors.ts';
import { pendingMigrations } from '../../db/migrate.ts';
import { checkWritable } from '../../db/writable.ts';
import type { Deps } from '../../deps.ts';
import type { Installation, StorageFault } from '../../jobs/installation.ts';
import { VERSION } from '../../base/version.ts';

/** How long a check may take before its service counts as down, in ms. */
const CHECK_LIMIT_MS = 3000;
/** A schema that was found complete is not looked at again for this long, in ms. */
const SCHEMA_KEPT_MS = 30_000;

/** A database that was written is not written again for this long, in ms. */
const WRITABLE_KEPT_MS = 2000;

type Services = z.output<typeof Health>['services'];

const ADOPT = 'Revise la base de datos y el almacenamiento configurados, o ejecute som3d-server storage adopt.';
const REASONS: Readonly<Record<StorageFault, string>> = {
  foreign: `Los archivos pertenecen a la instalación de otra base de datos. ${ADOPT}`,
  shared: `Otra instalación usa el mismo almacenamiento. ${ADOPT}`,
  missing: `El almacenamiento no dice de quién son sus archivos. ${ADOPT}`,
  unnamed: `Hay archivos de trabajos que la base de datos no conoce. ${ADOPT}`,
};

type Timed<T> = { readonly ms: number } & ({ readonly result: T } | { readonly error: unknown });

async function timed<T>(check: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  const late = Promise.withResolvers<never>();
  const limit = setTimeout(() => late.reject(new Error('the check was too slow')), CHECK_LIMIT_MS);
  const outcome = await Promise.race([check(), late.promise]).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  clearTimeout(limit);
  return { ms: Math.round(performance.now() - started), ...outcome };
}

const UNWRITABLE = 'La base de datos no puede escribir: revise el espacio y los permisos de su disco.';

type HealthDeps = Pick<Deps, 'orm' | 'storage' | 'redis' | 'lifecycle' | 'config' | 'clock'>;

/** Whether this process can serve: what it needs answers, and it is not about to end. */
export class HealthService {
  readonly #deps: HealthDeps;
  readonly #installation: Installation;
  #completeUntil = 0;
  #writableUntil = 0;

  constructor(deps: HealthDeps, installation: Installation) {
    this.#deps = deps;
    this.#installation = installation;
  }

  async check(): Promise<z.output<typeof Health>> {
    const [database, storage, migrations, queue] = await Promise.all([
      this.#askDatabase(),
      this.#askStorage(),
      this.#askSchema(),
      this.#askQueue(),
    ]);
    const services = { database, storage, migrations, queue };
    return {
      status: this.#deps.lifecycle.leaving.aborted ? 'draining' : this.#worstOf(services),
      version: VERSION,
      uptime_s: Math.round(process.uptime()),
      services,
    };
  }

  #worstOf(services: Services): 'ok' | 'degraded' | 'error' {
    const states = new Set(Object.values(services).map(({ status }) => status));
    if (states.has('error')) return 'error';
    return states.has('degraded') ? 'degraded' : 'ok';
  }

  async #askDatabase(): Promise<Services['database']> {
    const { ms, ...outcome } = await timed(async () => {
      await this.#deps.orm.em.getConnection().execute('select 1');
      await this.#checkWritable();
    });
    if (!('error' in outcome)) return { status: 'ok', ms };
    return { status: 'error', ms, ...(isDiskError(outcome.error) ? { reason: UNWRITABLE } : {}) };
  }

  /** A write for each look would be too many: anybody may ask for the health. */
  async #checkWritable(): Promise<void> {
    const { orm, config, clock } = this.#deps;
    if (performance.now() < this.#writableUntil) return;
    await checkWritable(orm, config.database, clock());
    this.#writableUntil = performance.now() + WRITABLE_KEPT_MS;
  }

  async #askStorage(): Promise<Services['storage']> {
    const { ms, ...outcome } = await timed(async () => {
      await this.#deps.storage.check();
      // Without the database it cannot be said whose the files are.
      return await this.#installation.look().catch(() => null);
    });
    if ('error' in outcome) return { status: 'error', ms };
    return outcome.result ? { status: 'degraded', ms, reason: REASONS[outcome.result] } : { status: 'ok', ms };
  }

  async #askSchema(): Promise<Services['migrations']> {
    const { ms, ...outcome } = await timed(() => this.#countPending());
    const pending = 'error' in outcome ? null : outcome.result;
    return { status: pending === 0 ? 'ok' : 'error', ms, pending };
  }

  async #countPending(): Promise<number> {
    if (performance.now() < this.#completeUntil) return 0;
    const { length } = await pendingMigrations(this.#deps.orm);
    if (length === 0) this.#completeUntil = performance.now() + SCHEMA_KEPT_MS;
    return length;
  }

  /** Without Redis jobs go on, only slower: no reason to take the process out. */
  async #askQueue(): Promise<Services['queue']> {
    const { redis } = this.#deps;
    if (!redis) return { status: 'none', ms: 0 };
    const { ms, ...outcome } = await timed(() => redis.client.ping());
    return { status: 'result' in outcome && outcome.result === 'PONG' ? 'ok' : 'degraded', ms };
  }
}
