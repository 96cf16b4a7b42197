import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./open.py', import.meta.url));
/** The Python whose libraries open files: one with trimesh, lib3mf, vtk or pymeshlab. */
const PYTHON = process.env['TEST_PYTHON'] ?? 'python3';

/** What a program sees in a file. */
export interface Seen {
  min: number[];
  max: number[];
  volume?: number;
  watertight?: boolean;
  warnings?: number;
  names?: string[];
}

/** Opens a file in a program. */
export type Opens = (path: string) => Promise<Seen>;

/** A library of Python that opens files, or null where it is not installed. */
export async function pythonLibrary(name: string): Promise<Opens | null> {
  const there = await run(PYTHON, ['-c', `import ${name}`]).then(
    () => true,
    () => false,
  );
  if (!there) return missing(name);
  return async (path) => {
    const { stdout } = await run(PYTHON, [SCRIPT, name, path], { maxBuffer: 1 << 26 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Seen;
  };
}

/** A program on the PATH that opens files by `open`, or null where it is not installed. */
export async function program(name: string, open: Opens): Promise<Opens | null> {
  const there = await run('which', [name]).then(
    () => true,
    () => false,
  );
  return there ? open : missing(name);
}

function missing(name: string): null {
  console.warn(`files in real programs: skipped, ${name} is not installed`);
  return null;
}

/** ADMesh looks at STL files. */
export async function inAdmesh(path: string): Promise<Seen> {
  const { stdout } = await run('admesh', [path]);
  const axis = (name: string): [number, number] => {
    const [, low, high] = new RegExp(`Min ${name} = *(\\S+), Max ${name} = *(\\S+)`).exec(stdout) ?? [];
    return [Number(low), Number(high)];
  };
  const bounds = [axis('X'), axis('Y'), axis('Z')];
  const volume = Number(/Volume *: *(\S+)/.exec(stdout)?.[1]);
  // Before and after what it would mend.
  const open = [...stdout.matchAll(/disconnected edges *: *(\d+)/g)].map(([, count]) => Number(count));
  return {
    min: bounds.map(([low]) => low),
    max: bounds.map(([, high]) => high),
    volume,
    watertight: open.every((count) => count === 0),
  };
}

/** The command of the Open Asset Import Library. */
export async function inAssimp(path: string): Promise<Seen> {
  const { stdout } = await run('assimp', ['info', path]);
  const point = (name: string): number[] =>
    (new RegExp(`${name} point +\\((.*)\\)`).exec(stdout)?.[1] ?? '').split(/\s+/).map(Number);
  return { min: point('Minimum'), max: point('Maximum') };
}

/** What PrusaSlicer puts on its plate, as one STL, with the flag of docs/files.md that keeps parts together. */
export async function inPrusaSlicer(path: string): Promise<Seen> {
  const out = `${path}.prusa.stl`;
  await run('prusa-slicer', ['--no-ensure-on-bed', '--export-stl', '--output', out, path]);
  const bytes = await readFile(out);
  await rm(out);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let at = 84; at < bytes.length; at += 50)
    for (let i = 0; i < 9; i++) {
      const mm = bytes.readFloatLE(at + 12 + 4 * i);
      low[i % 3] = Math.min(low[i % 3]!, mm);
      high[i % 3] = Math.max(high[i % 3]!, mm);
    }
  return { min: low, max: high };
}
