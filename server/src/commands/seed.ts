import { Command } from 'commander';
import { seedPlans } from '../setup/seeds.ts';
import { withDatabase } from './database.ts';

export function seedCommand(): Command {
  return new Command('seed')
    .description('Add the four plans where they are missing. Changes nothing that is there; can be repeated.')
    .action(async () => {
      await withDatabase(async (orm) => {
        await seedPlans(orm.em.fork());
        process.stdout.write('The plans are there.\n');
      });
    });
}
