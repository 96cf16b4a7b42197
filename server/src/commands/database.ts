import type { MikroORM } from '@mikro-orm/core';
import { mkdir } from 'node:fs/promises';
import { readConfig, type Config } from '../config/config.ts';
import { openOrm } from '../db/orm.ts';

/** Opens the configured database for one command and closes it afterwards. */
export async function withDatabase<T>(use: (orm: MikroORM, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const orm = await openOrm(config.database);
  try {
    return await use(orm, config);
  } finally {
    await orm.close();
  }
}
