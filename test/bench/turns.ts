import { median } from './figures.ts';
import type { load } from './service.ts';

export type Load = Awaited<ReturnType<typeof load>>;

/** Two loads in turn, after one of each that does not count. */
export async function inTurn(
  rounds: number,
  a: () => Promise<Load>,
  b: () => Promise<Load>,
): Promise<[Load[], Load[]]> {
  const [ofA, ofB]: [Load[], Load[]] = [[], []];
  await a();
  await b();
  for (let round = 0; round < rounds; round++) {
    ofA.push(await a());
    ofB.push(await b());
  }
  return [ofA, ofB];
}

function middle(loads: readonly Load[], what: keyof Load): number {
  return median(loads.map((each) => each[what]));
}

/** The medians of loads as one line. */
export function show(loads: readonly Load[]): string {
  return `${middle(loads, 'rate').toFixed(0)}/s, p99 ${middle(loads, 'p99')} ms, ${middle(loads, 'cpu').toFixed(3)} ms of processor`;
}

/** The ratio of two medians, with two decimals. */
export function ratio(ours: readonly Load[], others: readonly Load[], what: keyof Load): string {
  return (middle(ours, what) / middle(others, what)).toFixed(2);
}
