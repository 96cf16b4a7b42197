import { parentPort, type Transferable } from 'node:worker_threads';
import { writeWhole } from '../../base/whole-file.ts';
import { decodeFile } from '../dicom/decode.ts';
import { findCouch } from '../engines/couch.ts';
import { openSlices } from '../engines/opening.ts';
import { fillEnclosedAir } from '../engines/outer-surface.ts';
import { ImagingError } from '../errors.ts';
import { readMask, smoothMask } from '../nifti/mask.ts';
import { resample } from '../nifti/regular-grid.ts';
import { beginCollapse, collapseVertices, facesLeft } from '../surface/collapse.ts';
import { emitRows } from '../surface/marching-cubes.ts';
import { measureDeviation } from '../surface/distance.ts';
import { mend } from '../surface/mend.ts';
import { fillRings } from '../surface/rings.ts';
import { countRows } from '../surface/row-counts.ts';
import { sincCoefficients, smoothVertices } from '../surface/smooth.ts';
import { buildTriangleGrid } from '../surface/triangle-grid.ts';
import { walkBothWays } from '../surface/walk.ts';
import { collectGarbage } from './collect.ts';
import type { TaskKind, TaskMap, TaskMessage, TaskReply } from './tasks.ts';

/** What goes back, and which buffers of it move instead of being copied. */
interface Outcome {
  output: unknown;
  transfer: Transferable[];
}

const HANDLERS: { [K in TaskKind]: (input: TaskMap[K]['input']) => Promise<Outcome> } = {
  async decode(input) {
    return { output: await decodeFile(input), transfer: [] };
  },
  async couch({ volume }) {
    return { output: findCouch(volume), transfer: [] };
  },
  async open({ field, radius, range, out }) {
    openSlices(field, radius, range, out);
    return { output: undefined, transfer: [] };
  },
  async fill({ field, range, out }) {
    fillEnclosedAir(field, out, range);
    return { output: undefined, transfer: [] };
  },
  async resample({ volume, grid, range }) {
    const slices = resample(volume, grid, range);
    return { output: slices, transfer: [slices.buffer] };
  },
  async readMask({ path, grid }) {
    return { output: await readMask(path, grid), transfer: [] };
  },
  async smoothMask(mask) {
    smoothMask(mask);
    return { output: undefined, transfer: [] };
  },
  async countRows({ field, plan, range }) {
    countRows(field, plan, range);
    return { output: undefined, transfer: [] };
  },
  async emitRows({ field, plan, range, mesh }) {
    emitRows(field, plan, range, mesh);
    return { output: undefined, transfer: [] };
  },
  async smooth({ buffers, range, iterations }) {
    smoothVertices(buffers, range, sincCoefficients(iterations));
    return { output: undefined, transfer: [] };
  },
  async fillRings({ mesh, rings, range }) {
    fillRings(mesh, rings, range);
    return { output: undefined, transfer: [] };
  },
  async beginCollapse({ state, rings, locked, range }) {
    return { output: beginCollapse(state, rings, locked, range), transfer: [] };
  },
  async collapse({ state, pass }) {
    return { output: collapseVertices(state, pass), transfer: [] };
  },
  async facesLeft({ state, range }) {
    const faces = facesLeft(state, range);
    return { output: faces, transfer: [faces.buffer] };
  },
  async mend({ mesh, rule }) {
    return { output: mend(mesh, rule), transfer: [] };
  },
  async sortTriangles(mesh) {
    return { output: buildTriangleGrid(mesh), transfer: [] };
  },
  async distance(query) {
    return { output: measureDeviation(query), transfer: [] };
  },
  async walk(query) {
    return { output: walkBothWays(query), transfer: [] };
  },
  // Loaded when they are first needed: most threads never draw or encode.
  async glb({ mesh, name, path, compressed }) {
    const { encodeGlb, encodeWebGlb } = await import('../outputs/glb.ts');
    const encode = compressed ? encodeWebGlb : encodeGlb;
    return { output: await store(path, await encode(mesh, name)), transfer: [] };
  },
  async preview({ volume, range, name, path }) {
    const [{ encodeGlb }, { previewMesh }] = await Promise.all([
      import('../outputs/glb.ts'),
      import('../preview/preview-mesh.ts'),
    ]);
    const mesh = await previewMesh(volume, range);
    return { output: mesh === null ? 0 : await store(path, await encodeGlb(mesh, name)), transfer: [] };
  },
  async picture({ mesh, tissue, side, path }) {
    const { drawPicture } = await import('../outputs/picture.ts');
    return { output: await store(path, drawPicture(mesh, tissue, side)), transfer: [] };
  },
  async collect() {
    collectGarbage();
    return { output: undefined, transfer: [] };
  },
};

/** @returns the size of the file in bytes */
async function store(path: string, bytes: Uint8Array): Promise<number> {
  await writeWhole(path, (file) => file.writeFile(bytes));
  return bytes.length;
}

function perform<K extends TaskKind>(kind: K, input: TaskMap[K]['input']): Promise<Outcome> {
  return HANDLERS[kind](input);
}

function failure(id: number, error: unknown): TaskReply {
  const imaging = error instanceof ImagingError ? { code: error.code, message: error.message } : null;
  return { id, ok: false, imaging, detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

parentPort?.on('message', (task: TaskMessage) => {
  perform(task.kind, task.input).then(
    ({ output, transfer }) => parentPort?.postMessage({ id: task.id, ok: true, output } satisfies TaskReply, transfer),
    (error: unknown) => parentPort?.postMessage(failure(task.id, error), []),
  );
});
