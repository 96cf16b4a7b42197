import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { migrate, pendingMigrations } from '../db/migrate.ts';
import type { Deps } from '../deps.ts';
import { seedFirstStart, type FirstAccount } from './first-start.ts';

/** The service cannot serve yet; `message` gives the remedy. */
export class NotReadyError extends Error {}

/**
 * Prepares the embedded database: tables, plans, the first accounts. It only checks a MySQL database.
 *
 * @returns the accounts that this call created
 * @throws NotReadyError when migrations are pending on MySQL
 */
export async function prepareDatabase(deps: Deps, config: Config, log: Logger): Promise<FirstAccount[]> {
  if (config.embedded) {
    const { applied } = await migrate(deps.orm, { info: (fields, message) => log.debug(fields, message) });
    if (applied.length > 0) log.info({ applied }, 'database migrated');
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
