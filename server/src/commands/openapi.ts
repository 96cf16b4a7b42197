import { readFile, writeFile } from 'node:fs/promises';
import { buildOpenApi } from '@som3d/contract/openapi';
import { Command } from 'commander';
import { UsageError } from './usage.ts';

interface Options {
  readonly out?: string;
  readonly check?: string;
}

export const openapiCommand = (): Command =>
  new Command('openapi')
    .description('Print the OpenAPI 3.1 document of the contract.')
    .option('--out <file>', 'write it to a file')
    .option('--check <file>', 'fail when the file differs from the contract')
    .action(async ({ out, check }: Options) => {
      const document = `${JSON.stringify(buildOpenApi(), null, 2)}\n`;
      if (check) {
        const found = await readFile(check, 'utf8').catch(() => '');
        if (found !== document)
          throw new UsageError(`${check} differs from the contract: write it anew with --out ${check}`);
        return;
      }
      if (out) await writeFile(out, document);
      else process.stdout.write(document);
    });
