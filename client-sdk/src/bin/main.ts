import { CommanderError } from 'commander';
import { EXIT, failureOf } from './failure.ts';
import { note } from './output.ts';
import { makeProgram, withoutExit } from './program.ts';
import { currentSession } from './session.ts';

async function urlInUse(args: readonly string[]): Promise<string | undefined> {
  const at = args.indexOf('--url');
  const given = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--url='))?.slice('--url='.length);
  return given ?? (await currentSession().catch(() => undefined))?.url;
}

/**
 * Runs a command.
 *
 * @param args without the program's own name
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  // A reader that stops early (`som3d jobs | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.done);
  });
  const program = withoutExit(makeProgram());
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return EXIT.usage;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { code, lines } = failureOf(error, await urlInUse(args));
    for (const line of lines) note(line);
    return code;
  }
}
