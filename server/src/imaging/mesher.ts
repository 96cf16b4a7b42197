import type { Segment, SegmentField } from './engines/engine.ts';
import type { MeshManifest } from './manifest.ts';
import type { Progress } from './progress.ts';
import type { ModelName } from './outputs/glb.ts';
import { writeModelFiles } from './outputs/model-files.ts';
import type { ThreeMfWriter } from './outputs/threemf.ts';
import type { ResolvedRequest } from './request.ts';
import { extractSurface, smoothSurface } from './surface/build.ts';
import { finishInParts } from './surface/finish-in-parts.ts';
import { dropSmallComponents, findComponents, type ComponentLimits } from './surface/components.ts';
import { labelMesh } from './surface/label-mesh.ts';
import { measure } from './surface/measure.ts';
import { triangleCount, vertexCount, type Mesh } from './surface/mesh.ts';
import { separateParts } from './surface/parts.ts';
import type { FinishedMesh } from './surface/finish.ts';
import { isWatertight } from './surface/topology.ts';
import type { WorkerPool } from './workers/pool.ts';

const SEPARATE_PART_MM3 = 1000;

/** Rough costs on one thread, to pace the progress: measured on 2 cores, ms for a million. */
const MARCH_MS_PER_MVOXEL = 15;
const SMOOTH_MS_PER_MTRIANGLE_ITERATION = 20;
const FINISH_MS_PER_MTRIANGLE = 2200;

interface Context {
  request: ResolvedRequest;
  /** What every model of the job goes into. */
  package: ThreeMfWriter;
  pool: WorkerPool;
  progress: Progress;
}

/** A surface on its way to being finished: `raw` is what is left where smoothing spoils it. */
interface Surface {
  raw: Mesh;
  /** Null where it is still to be smoothed. */
  smoothed: Mesh | null;
}

/** Makes the meshes of one segment and writes them. Empty where nothing of the tissue is in the volume. */
export async function meshSegment(
  segment: Segment,
  share: { from: number; to: number },
  context: Context,
): Promise<MeshManifest[]> {
  const at = (fraction: number): number => share.from + (share.to - share.from) * fraction;
  const loaded = await segment.load();
  if (loaded === null) return [];
  const surfaces = await surfacesOf(loaded, { from: at(0), to: at(0.15) }, context);
  const meshes: MeshManifest[] = [];
  for (const [index, surface] of surfaces.entries()) {
    const bound = (part: number): number => at(0.15 + (0.85 * part) / surfaces.length);
    const finished = await finish(surface, loaded, { from: bound(index), to: bound(index + 1) }, context);
    const suffix = context.request.separarPartes ? `_${String(index + 1).padStart(2, '0')}` : '';
    if (finished.mesh.triangles.length === 0) continue;
    const name = { tissue: segment.tissue, label: `${segment.label}${suffix.replace(/^_0?/, ' ')}` };
    meshes.push(await save(finished, segment, { name, stem: `${segment.tissue}${suffix}` }, context));
  }
  return meshes;
}

/** The surfaces of a field, each a file of its own in the end. */
async function surfacesOf(
  loaded: SegmentField,
  share: { from: number; to: number },
  { request, pool, progress }: Context,
): Promise<Surface[]> {
  const { field, mask } = loaded;
  const expectedMs = (field.volume.data.length / 1e6) * MARCH_MS_PER_MVOXEL;
  return progress.during({ phase: 'meshing', ...share, expectedMs }, async () => {
    if (mask !== null) {
      const { stairs, smooth } = await labelMesh(mask, loaded, request.suavizado, pool);
      if (stairs.triangles.length === 0) return [];
      if (!request.separarPartes) return [{ raw: stairs, smoothed: smooth }];
      return separateParts(smooth, SEPARATE_PART_MM3).map((part) => ({ raw: part, smoothed: part }));
    }
    const surface = dropSmallComponents(await extractSurface(field, pool), loaded);
    if (surface.triangles.length === 0) return [];
    const parts = request.separarPartes ? separateParts(surface, SEPARATE_PART_MM3) : [surface];
    return parts.map((raw) => ({ raw, smoothed: null }));
  });
}

async function finish(
  { raw, smoothed: given }: Surface,
  limits: ComponentLimits,
  share: { from: number; to: number },
  context: Context,
): Promise<FinishedMesh> {
  const { request, pool, progress } = context;
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
  const files = await writeModelFiles(finished, name, stem, { outDir: request.outDir, package: threeMf, pool });
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
    components: findComponents(mesh).count,
    smoothed: finished.smoothed,
    reduced: finished.reduced,
    sizeBytes: files.stl.sizeBytes,
    files,
  };
}
