/** `npm run bench -- NAME …`: runs `test/bench/NAME.ts`. */
const [name = '', ...args] = process.argv.slice(2);
if (!/^[a-z]+$/.test(name)) {
  console.error('usage: npm run bench -- http | imaging | upload');
  process.exit(2);
}
const { default: run } = (await import(`./${name}.ts`)) as { default: (...args: string[]) => Promise<void> };
await run(...args);
