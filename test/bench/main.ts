import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** `npm run bench -- NAME …`: runs the default export of `test/bench/NAME.ts`. */
const benches = readdirSync(import.meta.dirname)
  .filter((file) => /^export default/m.test(readFileSync(path.join(import.meta.dirname, file), 'utf8')))
  .map((file) => path.basename(file, '.ts'));
const [name = '', ...args] = process.argv.slice(2);
if (benches.includes(name)) {
  const { default: run } = (await import(`./${name}.ts`)) as { default: (...args: string[]) => Promise<void> };
  await run(...args);
} else {
  console.error(`usage: npm run bench -- ${benches.join(' | ')}`);
  process.exitCode = 2;
}
