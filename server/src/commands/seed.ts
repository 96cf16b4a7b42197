import { Command } from 'commander';
import { seedPlans } from '../setup/seeds.ts';
import { withDatabase } from './database.ts';

export function seedCommand(): Command {
  return new Command('seed')
    .description(
      'Add those of the four standard plans that are missing. It changes no existing plan and can be repeated.',
    )
    .action(async () => {
      await withDatabase(async (orm) => {
        await seedPlans(orm.em.fork());
        process.stdout.write('All standard plans exist.\n');
      });
    });
}
