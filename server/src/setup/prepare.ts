import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { migrate, pendingMigrations } from '../db/migrate.ts';
import type { Deps } from '../deps.ts';
import { seedFirstStart, type FirstAccount } from './first-start.ts';

/** The service is not ready to serve; `message` says what to do. */
export class NotReadyError extends Error {}

/**
 * Makes the embedded database ready: tables, plans, the first accounts. A MySQL is only looked at.
 *
 * @returns the accounts that were made by this call
 * @throws NotReadyError when migrations are pending on MySQL
 */
export async function prepareDatabase(deps: Deps, config: Config, log: Logger): Promise<FirstAccount[]> {
  if (config.embedded) {
    const { applied } = await migrate(deps.orm, { info: (fields, message) => log.debug(fields, message) });
    if (applied.length > 0) log.info({ applied }, 'the database is up to date');
    return await seedFirstStart(deps, config);
  }
  const pending = await pendingMigrations(deps.orm);
  if (pending.length > 0) {
    throw new NotReadyError(
      `The database lacks ${pending.length} migration(s): ${pending.join(', ')}. Run \`migrate\` first.`,
    );
  }
  return [];
}
