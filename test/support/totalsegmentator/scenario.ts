import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConvertRequest } from '@som3d/server/testing/imaging';
import { temporaryDirectory } from '../phantom/convert.ts';

/** What the tool of the tests finds and what goes wrong with it. */
export interface Scenario {
  /** Where it writes how it was called, a JSON object a line. */
  calls: string;
  /** Balls by class, LPS mm; classes without one are empty. */
  balls: Record<string, { centre: [number, number, number]; radius: number }>;
  /** By task. `hold`: says 50 % of its last part, starts a helper, and waits. `partial`: one mask is missing. `offline`: no models. */
  troubles?: Record<string, 'crash' | 'offline' | 'gpu-memory' | 'silent' | 'hold' | 'partial'>;
  /** Prints hundreds of lines with paths. */
  chatty?: boolean;
}

export interface Call {
  args: string[];
  pid: number;
  TOTALSEG_LICENSE?: string;
  TOTALSEG_WEIGHTS_PATH?: string;
  TMPDIR?: string;
  /** What its configuration says about usage statistics. */
  statistics?: boolean;
}

export interface Tool {
  segmentation: NonNullable<ConvertRequest['segmentation']> & { environment: Record<string, string> };
  calls(): Promise<Call[]>;
  /** Tells a tool that holds to go on. */
  release(): Promise<void>;
  /** The processes of a tool that holds; null until it does. */
  held(): Promise<number[] | null>;
}

export const LICENSE = 'aca_ABCDEFGHIJKLMN';

/** Puts a tool on a PATH of its own, with a graphics processor or without. */
export async function installTool(
  scenario: Omit<Scenario, 'calls'>,
  { gpu = false, license }: { gpu?: boolean; license?: string } = {},
): Promise<Tool> {
  const folder = await temporaryDirectory();
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  await symlink(path.join(import.meta.dirname, 'tool.ts'), path.join(bin, 'TotalSegmentator'));
  const smi = gpu ? 'echo "GPU 0: NVIDIA L4 (UUID: GPU-1234)"' : 'echo "no driver" >&2; exit 9';
  await writeFile(path.join(bin, 'nvidia-smi'), `#!/bin/sh\n${smi}\n`, { mode: 0o755 });
  const calls = path.join(folder, 'calls');
  await writeFile(path.join(folder, 'scenario.json'), JSON.stringify({ ...scenario, calls }));
  const PATH = [bin, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter);
  const read = (name: string): Promise<string> => readFile(name, 'utf8').catch(() => '');
  return {
    segmentation: { license, environment: { PATH, HOME: folder } },
    async calls() {
      return (await read(calls))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Call);
    },
    release: () => writeFile(`${calls}.go`, ''),
    async held() {
      const text = await read(`${calls}.held`);
      return text === '' ? null : (JSON.parse(text) as number[]);
    },
  };
}
