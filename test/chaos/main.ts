import { readOptions, USAGE, type ChaosOptions } from './options.ts';
import { forget, soak } from './soak.ts';

/** `npm run chaos -- …`: many jobs, something is killed every few seconds, and at the end all has to be in order. */
function say(line: string): void {
  console.log(line);
}

function optionsOrNone(): ChaosOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

async function run(options: ChaosOptions): Promise<boolean> {
  say(
    `${options.jobs} jobs, ${options.api} API processes, ${options.workers} workers, ` +
      `queue ${options.queue}, storage ${options.storage}, every ${options.every} s one of: ${options.only.join(', ')}`,
  );
  const { faults, figures, journal, folder } = await soak(options, say);
  if (faults.length > 0) say(['', 'What was done:', ...journal].join('\n'));
  say(['', ...figures].join('\n'));
  say(['', faults.length === 0 ? 'All in order.' : `${faults.length} faults:`, ...faults].join('\n'));
  if (faults.length === 0 && !options.keep) await forget(folder);
  else say(`Logs: ${folder}`);
  return faults.length === 0;
}

// What was started is ended on exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const options = optionsOrNone();
process.exit(options === undefined ? 2 : (await run(options)) ? 0 : 1);
