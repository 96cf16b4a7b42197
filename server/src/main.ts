#!/usr/bin/env node
import { keepCompiledCode } from './commands/compiled-code.ts';
import { loadDotenv } from './commands/dotenv.ts';

loadDotenv();
keepCompiledCode();
// Not before: what is imported above is compiled at every start.
const { describeFault, runProgram } = await import('./commands/program.ts');
try {
  await runProgram();
} catch (error) {
  console.error(describeFault(error));
  process.exitCode = 1;
}
