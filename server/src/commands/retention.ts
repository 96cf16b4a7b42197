import { Command, InvalidArgumentError } from 'commander';
import { listOverdue } from '../domains/patients/retention.ts';
import { withDatabase } from './database.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

const PAGE = 500;

function yearsOf(text: string): number {
  const years = Number(text);
  if (!Number.isInteger(years) || years < 15 || years > 200) {
    throw new InvalidArgumentError('It must be a whole number from 15 to 200.');
  }
  return years;
}

export function retentionCommand(): Command {
  return new Command('retention')
    .description(
      'List the patients whom CLINICAL_RETENTION_YEARS removes, by number and without names. Changes nothing: the clean-up of the running service removes them.',
    )
    .option('--years <years>', 'years to try, in place of CLINICAL_RETENTION_YEARS', yearsOf)
    .action(async (options: { years?: number }) => {
      await withDatabase(async (orm, config) => {
        const years = options.years ?? config.CLINICAL_RETENTION_YEARS;
        if (years === undefined)
          throw new UsageError('CLINICAL_RETENTION_YEARS is not set: use --years, e.g. --years 15');
        const now = new Date();
        let total = 0;
        for (let after = 0; ;) {
          const page = await listOverdue(orm, { years, now, after, limit: PAGE });
          for (const { id_paciente, id_medico, actualizado_en } of page) {
            say(
              `patient ${id_paciente} of doctor ${id_medico}, changed last ${actualizado_en.toISOString().slice(0, 10)}`,
            );
          }
          total += page.length;
          const last = page.at(-1);
          if (!last) break;
          after = last.id_paciente;
        }
        say(`${total} patients have had no activity for ${years} years. Nothing was changed.`);
      });
    });
}
