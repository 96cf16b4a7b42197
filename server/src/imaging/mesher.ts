import { join } from 'node:path';
import type { Segment } from './engines/engine.ts';
import type { MeshManifest } from './manifest.ts';
import type { Progress } from './progress.ts';
import type { ResolvedRequest } from './request.ts';
import { extractSurface, finishInParts, smoothSurface } from './surface/build.ts';
import { dropSmallComponents, findComponents, type ComponentLimits } from './surface/components.ts';
import { measure } from './surface/measure.ts';
import { triangleCount, vertexCount, type Mesh } from './surface/mesh.ts';
import { separateParts } from './surface/parts.ts';
import type { FinishedMesh } from './surface/finish.ts';
import { writeStl } from './surface/stl.ts';
import { isWatertight } from './surface/topology.ts';
import type { WorkerPool } from './workers/pool.ts';

const SEPARATE_PART_MM3 = 1000;

/** Rough costs on one thread, to pace the progress: measured on 2 cores, ms for a million. */
const MARCH_MS_PER_MVOXEL = 15;
const SMOOTH_MS_PER_MTRIANGLE_ITERATION = 20;
const FINISH_MS_PER_MTRIANGLE = 2200;

interface Context {
  request: ResolvedRequest;
  pool: WorkerPool;
  progress: Progress;
}

/** Makes the meshes of one segment and writes them. Empty where nothing of the tissue is in the volume. */
export async function meshSegment(
  segment: Segment,
  share: { from: number; to: number },
  context: Context,
): Promise<MeshManifest[]> {
  const at = (fraction: number): number => share.from + (share.to - share.from) * fraction;
  const surface = await extractCleaned(segment, { from: at(0), to: at(0.15) }, context);
  if (surface.triangles.length === 0) return [];
  const parts = context.request.separarPartes ? separateParts(surface, SEPARATE_PART_MM3) : [surface];
  const meshes: MeshManifest[] = [];
  for (const [index, part] of parts.entries()) {
    const step = { from: at(0.15 + (0.85 * index) / parts.length), to: at(0.15 + (0.85 * (index + 1)) / parts.length) };
    const finished = await finish(part, segment, step, context);
    const suffix = context.request.separarPartes ? `_${String(index + 1).padStart(2, '0')}` : '';
    if (finished.mesh.triangles.length === 0) continue;
    meshes.push(await save(finished, segment, `${segment.tissue}${suffix}.stl`, context.request.outDir));
  }
  return meshes;
}

async function extractCleaned(segment: Segment, share: { from: number; to: number }, context: Context): Promise<Mesh> {
  const { pool, progress } = context;
  const expectedMs = (segment.field.volume.data.length / 1e6) * MARCH_MS_PER_MVOXEL;
  return progress.during({ phase: 'meshing', ...share, expectedMs }, async () => {
    const surface = await extractSurface(segment.field, pool);
    return dropSmallComponents(surface, segment);
  });
}

async function finish(
  raw: Mesh,
  limits: ComponentLimits,
  share: { from: number; to: number },
  context: Context,
): Promise<FinishedMesh> {
  const { request, pool, progress } = context;
  const millions = triangleCount(raw) / 1e6;
  const smoothMs = millions * SMOOTH_MS_PER_MTRIANGLE_ITERATION * request.suavizado;
  const finishMs = millions * FINISH_MS_PER_MTRIANGLE;
  const middle = share.from + ((share.to - share.from) * smoothMs) / (smoothMs + finishMs);
  const smoothed =
    request.suavizado === 0
      ? null
      : await progress.during({ phase: 'meshing', from: share.from, to: middle, expectedMs: smoothMs }, () =>
          smoothSurface(raw, request.suavizado, pool),
        );
  return progress.during({ phase: 'meshing', from: middle, to: share.to, expectedMs: finishMs }, () =>
    finishInParts({ raw, smoothed, reduction: request.reduccion, limits }, pool),
  );
}

async function save(finished: FinishedMesh, segment: Segment, filename: string, outDir: string): Promise<MeshManifest> {
  const { mesh, defects } = finished;
  const sizeBytes = await writeStl(mesh, join(outDir, filename), segment.tissue);
  const measures = measure(mesh);
  return {
    filename,
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
    sizeBytes,
  };
}
