import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { UsageError } from './usage.ts';

interface Options {
  readonly out?: string;
  readonly check?: string;
}

/**
 * A command that prints a document derived from the code, writes it to a file, or fails when a file differs from it.
 *
 * @param make makes the document's text
 */
export function documentCommand(name: string, description: string, make: () => Promise<string>): Command {
  return new Command(name)
    .description(description)
    .option('--out <file>', 'write the document to a file')
    .option('--check <file>', 'fail when the file differs from the document')
    .action(async ({ out, check }: Options) => {
      const document = await make();
      if (check) {
        const found = await readFile(check, 'utf8').catch(() => '');
        if (found !== document)
          throw new UsageError(`${check} is not up to date. \`npm run generate\` writes it again.`);
      } else if (out) await writeFile(out, document);
      else process.stdout.write(document);
    });
}
