import { coarsenField } from './coarsen.ts';
import type { Segment, SegmentField } from './engines/engine.ts';
import type { MeshManifest } from './manifest.ts';
import type { CroppedMask } from './nifti/mask.ts';
import type { MemoryBudget } from './memory.ts';
import type { Progress } from './progress.ts';
import type { ModelName } from './outputs/glb.ts';
import { writeModelFiles } from './outputs/model-files.ts';
import type { ThreeMfWriter } from './outputs/threemf.ts';
import { describePieces, describeReduction, describeTooMany } from './pieces.ts';
import type { ResolvedRequest } from './request.ts';
import { makeSurface, planSurface, smoothSurface, type PlannedSurface } from './surface/build.ts';
import { finishInParts, type FinishedMesh } from './surface/finish-in-parts.ts';
import { dropSmallComponents, type ComponentLimits, type Selection } from './surface/components.ts';
import type { Field } from './surface/field.ts';
import { labelMesh } from './surface/label-mesh.ts';
import { measure } from './surface/measure.ts';
import { filterTriangles, triangleCount, vertexCount, type Mesh } from './surface/mesh.ts';
import { extractionBytes, finishingBytes } from './surface/mesh-memory.ts';
import { findParts } from './surface/parts.ts';
import { isWatertight } from './surface/topology.ts';
import { voxelSize } from './volume.ts';
import { releaseMemory } from './workers/collect.ts';
import type { WorkerPool } from './workers/pool.ts';

const BITS_OF_BYTE = 8;

/** Rough costs on one thread, to pace the progress: measured on 2 cores, ms for a million. */
const MARCH_MS_PER_MVOXEL = 15;
const SMOOTH_MS_PER_MTRIANGLE_ITERATION = 20;
const FINISH_MS_PER_MTRIANGLE = 2200;

interface Context {
  request: ResolvedRequest;
  budget: MemoryBudget;
  /** What the segments that come later keep in memory meanwhile, bytes. */
  heldBytes: number;
  /** What every model of the job goes into. */
  package: ThreeMfWriter;
  pool: WorkerPool;
  progress: Progress;
  /** A Spanish line for the job's log. */
  log: (line: string) => void;
  /** The same, and for the manifest. */
  warn: (line: string) => void;
}

/** A surface on its way to being finished: `raw` is what is left where smoothing spoils it. */
interface Surface {
  raw: Mesh;
  /** Null where it is still to be smoothed. */
  smoothed: Mesh | null;
}

/**
 * Makes the meshes of one segment and writes them. Empty where nothing of the tissue is in the volume.
 * @throws ImagingError MESH_TOO_LARGE where memory does not even suffice for half of the columns and rows
 */
export async function meshSegment(
  segment: Segment,
  share: { from: number; to: number },
  context: Context,
): Promise<MeshManifest[]> {
  const at = (fraction: number): number => share.from + (share.to - share.from) * fraction;
  const { surfaces, limits } = await surfacesOf(segment, { from: at(0), to: at(0.15) }, context);
  const count = surfaces.length;
  const meshes: MeshManifest[] = [];
  for (let index = 0; index < count; index++) {
    // The field, and each surface once it is done, are garbage now.
    await releaseMemory(context.pool);
    const bound = (part: number): number => at(0.15 + (0.85 * part) / count);
    const finished = await finish(surfaces, limits, { from: bound(index), to: bound(index + 1) }, context);
    const suffix = context.request.separarPartes ? `_${String(index + 1).padStart(2, '0')}` : '';
    if (finished.mesh.triangles.length === 0) continue;
    const { reduccion } = context.request;
    const reduced = describeReduction(segment.label, reduccion, finished.savedShare);
    if (reduced !== null) context.log(reduced);
    const name = { tissue: segment.tissue, label: `${segment.label}${suffix.replace(/^_0?/, ' ')}` };
    meshes.push(await save(finished, segment, { name, stem: `${segment.tissue}${suffix}` }, context));
  }
  return meshes;
}

/** The surfaces of a segment, each a file of its own in the end. Lets go of what they were made from. */
async function surfacesOf(
  segment: Segment,
  share: { from: number; to: number },
  context: Context,
): Promise<{ surfaces: Surface[]; limits: ComponentLimits }> {
  const { request, pool, progress } = context;
  const loaded = await segment.load();
  if (loaded === null) return { surfaces: [], limits: { islandMm3: 0, cavityMm3: 0 } };
  const { islandMm3, cavityMm3 } = loaded;
  const limits = { islandMm3, cavityMm3 };
  const { source, planned } = await fitted(loaded, segment.label, context);
  const { field, mask } = source;
  const expectedMs = (field.volume.data.length / 1e6) * MARCH_MS_PER_MVOXEL;
  const surfaces = await progress.during({ phase: 'meshing', ...share, expectedMs }, async () => {
    const whole = mask === null ? await ofField(field, planned, limits, pool) : await ofMask(mask, limits, context);
    if (whole.raw.triangles.length === 0) return [];
    for (const line of describePieces(segment.label, limits.islandMm3, whole)) context.log(line);
    return request.separarPartes ? apart(whole, segment.label, context) : [whole];
  });
  return { surfaces, limits };
}

type Whole = Surface & Omit<Selection, 'keep'>;

async function ofField(
  field: Field,
  planned: PlannedSurface,
  limits: ComponentLimits,
  pool: WorkerPool,
): Promise<Whole> {
  const { mesh, ...found } = dropSmallComponents(await makeSurface(field, planned, pool), limits);
  return { raw: mesh, smoothed: null, ...found };
}

async function ofMask(mask: CroppedMask, limits: ComponentLimits, { request, pool }: Context): Promise<Whole> {
  const { stairs, smooth, ...found } = await labelMesh(mask, limits, request.suavizado, pool);
  return { raw: stairs, smoothed: smooth, ...found };
}

/** Each connected part as a surface of its own, the largest first. */
function apart({ raw, smoothed }: Surface, label: string, { log }: Context): Surface[] {
  const { parts, dropped } = findParts(smoothed ?? raw);
  if (dropped.count > 0) log(describeTooMany(label, parts.length, dropped));
  return parts.map((belongs) => ({
    raw: filterTriangles(raw, belongs),
    smoothed: smoothed === null ? null : filterTriangles(smoothed, belongs),
  }));
}

interface Fitted {
  source: SegmentField;
  /** The surface of its field, counted. */
  planned: PlannedSurface;
}

/** What a segment is made from, with half as many columns and rows where its surface would not fit otherwise. */
async function fitted(loaded: SegmentField, label: string, context: Context): Promise<Fitted> {
  const { budget, warn, heldBytes, pool } = context;
  const whole = { source: loaded, planned: await planSurface(loaded.field, pool) };
  const needed = meshingBytes(whole, heldBytes, context);
  if (budget.fits(needed)) return whole;
  const source = coarsened(loaded);
  const coarse = { source, planned: await planSurface(source.field, pool) };
  const neededCoarse = meshingBytes(coarse, Math.max(heldBytes, fieldBytes(loaded.field)), context);
  if (!budget.fits(neededCoarse)) budget.refuseMesh(label, whole.planned.triangles, needed);
  warn(
    `${label}: la superficie no cabe en la memoria (${budget.describe(needed)}); ` +
      'se hace con la mitad de resolución en cada corte.',
  );
  return coarse;
}

function coarsened(loaded: SegmentField): SegmentField {
  const field = coarsenField(loaded.field);
  const { mask } = loaded;
  if (mask === null) return { ...loaded, field };
  const { x, y, slice } = voxelSize(field.volume);
  return { ...loaded, field, mask: { ...mask, volume: field.volume, spacing: [x, y, slice] } };
}

/** What making the models of a segment takes, bytes. */
function meshingBytes(
  { source: { field, mask }, planned: { vertices, triangles } }: Fitted,
  heldBytes: number,
  { request }: Context,
): number {
  const plan = {
    vertices,
    triangles,
    voxels: field.volume.data.length,
    iterations: request.suavizado,
    reduction: request.reduccion,
    ofMask: mask !== null,
  };
  return Math.max(Math.max(heldBytes, fieldBytes(field)) + extractionBytes(plan), heldBytes + finishingBytes(plan));
}

/** With the bit for each voxel that counting its surface needs. */
function fieldBytes({ volume, mask }: Field): number {
  return volume.data.byteLength + (mask?.byteLength ?? 0) + volume.data.length / BITS_OF_BYTE;
}

/** Finishes the first of the surfaces that are left, and takes it from them. */
async function finish(
  surfaces: Surface[],
  limits: ComponentLimits,
  share: { from: number; to: number },
  context: Context,
): Promise<FinishedMesh> {
  const { request, pool, progress } = context;
  const { raw, smoothed: given } = surfaces.shift()!;
  const millions = triangleCount(raw) / 1e6;
  const smoothMs = given === null ? millions * SMOOTH_MS_PER_MTRIANGLE_ITERATION * request.suavizado : 0;
  const finishMs = millions * FINISH_MS_PER_MTRIANGLE;
  const middle = share.from + ((share.to - share.from) * smoothMs) / (smoothMs + finishMs);
  const smoothed =
    given !== null || request.suavizado === 0
      ? given
      : await progress.during({ phase: 'meshing', from: share.from, to: middle, expectedMs: smoothMs }, () =>
          smoothSurface(raw, request.suavizado, pool),
        );
  await releaseMemory(pool);
  return progress.during({ phase: 'meshing', from: middle, to: share.to, expectedMs: finishMs }, () =>
    finishInParts({ raw, smoothed, reduction: request.reduccion, limits }, pool),
  );
}

async function save(
  finished: FinishedMesh,
  segment: Segment,
  { name, stem }: { name: ModelName; stem: string },
  { request, pool, package: threeMf }: Context,
): Promise<MeshManifest> {
  const { mesh, defects } = finished;
  const { outDir, caseName, acomodar: plate, pictureSide } = request;
  const files = await writeModelFiles(finished, name, stem, {
    outDir,
    caseName,
    plate,
    pictureSide,
    package: threeMf,
    pool,
  });
  const measures = measure(mesh);
  return {
    filename: files.stl.filename,
    tissue: segment.tissue,
    label: segment.label,
    thresholdHu: segment.thresholdHu,
    triangles: triangleCount(mesh),
    vertices: vertexCount(mesh),
    volumeCm3: measures.volumeMm3 / 1000,
    areaCm2: measures.areaMm2 / 100,
    boundingBoxMm: { min: measures.min, max: measures.max },
    watertight: isWatertight(defects),
    openEdges: defects.open,
    nonManifoldEdges: defects.nonManifold,
    nonManifoldVertices: defects.pinched,
    components: finished.components,
    smoothed: finished.smoothed,
    reduced: finished.reduced,
    reduction: finished.savedShare,
    distanceMm: finished.distanceMm,
    sizeBytes: files.stl.sizeBytes,
    files,
  };
}
