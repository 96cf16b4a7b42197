import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The floors of the server, the lowest first. A room imports from its own floor's rooms listed before it, and from the
 * floors below. docs/architecture.md draws the same order from the top down.
 */
const FLOORS: readonly string[] = [
  'base',
  'config',
  'cluster',
  'imaging',
  'db',
  'gateways',
  'observability',
  'deps.ts',
  'http',
  'jobs',
  'domains',
  'setup',
  'process',
  'commands',
  'main.ts',
  'testing',
];

/** Rooms that can be used elsewhere: they import these rooms alone. */
const PURE: Readonly<Record<string, readonly string[]>> = { base: [], cluster: [], imaging: ['base'] };

const MAX_LOOSE_FILES = 4;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsOf(root: string): Import[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(IMPORT)].map(([, specifier = '']) => ({
      file,
      target: path.join(path.dirname(file), specifier),
    })),
  );
}

function roomOf(file: string): string {
  return file.split(path.sep)[0] ?? file;
}

function faultOf({ file, target }: Import): string | null {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return null;
  const [floor, below] = [FLOORS.indexOf(from), FLOORS.indexOf(to)];
  if (floor < 0) return `${file}: the room ${from} has no floor`;
  if (below < 0) return `${file}: ${target} is in no room with a floor`;
  if (PURE[from]?.includes(to) === false)
    return `${file}: ${from} can be used elsewhere, so it cannot import ${target}`;
  return below < floor ? null : `${file}: ${from} stands below ${to}, so it cannot import ${target}`;
}

const root = path.resolve(import.meta.dirname, '../../server/src');
const loose = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile());
const faults = importsOf(root)
  .map(faultOf)
  .filter((fault) => fault !== null);
const drawing = readFileSync(path.join(root, '../../docs/architecture.md'), 'utf8');
const [, drawn = ''] = /^## Floors of the server$[\s\S]*?^```text$([\s\S]*?)^```$/m.exec(drawing) ?? [];
const drawnFloors = [...drawn.matchAll(/^([\w.-]+)\/?\s/gm)].map(([, room = '']) => room).toReversed();
if (drawnFloors.join() !== FLOORS.join()) faults.push(`docs/architecture.md draws other floors: ${drawnFloors.join()}`);
if (loose.length > MAX_LOOSE_FILES) faults.push(`server/src has ${loose.length} loose files: put them into a room`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
