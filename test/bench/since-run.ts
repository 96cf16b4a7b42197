/** One cold conversion by the build of some commit: `since-run.ts <its folder> <zip> <directory>`, JSON to stdout. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a build of any commit has. */
interface ConvertModule {
  convert: (
    request: { inputZip: string; outDir: string; threads: number; segmentation: { engine: 'threshold' } },
    reporter: { progress: () => void; log: () => void },
  ) => Promise<{ durationsMs: Record<string, number> }>;
}

export interface SinceResult {
  /** Of the whole process, ms. */
  wallMs: number;
  cpuMs: number;
  peakBytes: number;
  durationsMs: Record<string, number>;
}

const [root = '', inputZip = '', outDir = ''] = process.argv.slice(2);
const { convert } = (await import(pathToFileURL(join(root, 'server/dist/imaging/convert.js')).href)) as ConvertModule;
const { durationsMs } = await convert(
  { inputZip, outDir, threads: 2, segmentation: { engine: 'threshold' } },
  { progress: () => {}, log: () => {} },
);
const used = process.resourceUsage();
const result: SinceResult = {
  wallMs: process.uptime() * 1000,
  cpuMs: (used.userCPUTime + used.systemCPUTime) / 1000,
  peakBytes: used.maxRSS * 1024,
  durationsMs,
};
console.log(JSON.stringify(result));
