import type { MikroORM } from '@mikro-orm/core';
import { makeDataFolder } from '../config/data-folder.ts';
import { readConfig, type Config } from '../config/config.ts';
import { openOrm } from '../db/orm.ts';

/** Opens the configured database for one command and closes it afterwards. */
export async function withDatabase<T>(use: (orm: MikroORM, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  await makeDataFolder(config.dataDir);
  const orm = await openOrm(config.database);
  try {
    return await use(orm, config);
  } finally {
    await orm.close();
  }
}
