import path from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const COUNT = 10;

/** Prints the files that took longest, at the end of a run of many. */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length <= COUNT) return;
    const files = modules
      .map((module) => ({ name: path.relative(module.project.config.root, module.moduleId), ms: durationOf(module) }))
      .toSorted((a, b) => b.ms - a.ms);
    console.log('the slowest files:');
    for (const { name, ms } of files.slice(0, COUNT)) {
      console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
    }
  }
}

/** Time from loading a file to the end of its last test, in ms. */
function durationOf(module: TestModule): number {
  const { collectDuration, duration } = module.diagnostic();
  return collectDuration + duration;
}
