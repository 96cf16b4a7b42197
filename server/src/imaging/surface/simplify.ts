import type { WorkerPool } from '../workers/pool.ts';
import { emptyCollapsing, frozenFaces, quantile, type Collapsing, type VertexRange } from './collapse.ts';
import { triangleCount, vertexCount, type Mesh } from './mesh.ts';
import { buildRings, type Rings } from './rings.ts';

/** How much to reduce, and what to leave. */
export interface Reduction {
  /** Share of the triangles to save. */
  share: number;
  /** Greatest cost of a collapse, mm. It is a mean over the faces around, no bound on the distance. */
  errorMm: number;
  /** 1 for each vertex that has to stay. */
  locked: Uint8Array;
  /** Vertices of a slab, at least. */
  slabVertices: number;
}

export interface Simplified {
  /** Of the mesh's own vertices. */
  triangles: Uint32Array;
  /** Where the vertices went, and how the faces were before. */
  state: Collapsing;
  rings: Rings;
  /** Greatest cost that was taken, mm. */
  errorMm: number;
}

/** A surface is reduced in at most so many slabs at once. */
const MAX_SLABS = 8;
const MAX_PASSES = 30;
/** The first pass tries this share of the vertices at most: what costs more waits until the cheap ones are gone. */
const FIRST_SHARE = 0.7;
/** Some of those that are cheap enough cannot go, or cost more once their neighbours are gone. */
const MORE = 1.3;
/** Near the end no pass may take more than is left, this share of the vertices. */
const NEAR_END = 0.03;
/** Where a pass finds next to nothing, the limit grows at least by this. */
const GROWTH = 1.1;
/** So near to the share that was asked for is near enough; a pass that finds fewer is the last, where all may go. */
const ENOUGH = 0.001;

/**
 * Takes vertices out of a closed surface, the cheap ones first, in passes over slabs of it. Borders of slabs are elsewhere
 * in every second pass. The slabs depend on the surface alone, so the result does not depend on the threads.
 */
export async function simplify(
  mesh: Mesh,
  { share, errorMm, locked, slabVertices }: Reduction,
  pool: WorkerPool,
): Promise<Simplified> {
  const vertices = vertexCount(mesh);
  const state = emptyCollapsing(mesh.positions);
  const [slabs, between] = slabsOf(vertices, slabVertices);
  const rings = await buildRings(mesh, pool);
  let passes = await Promise.all(slabs.map((range) => pool.run('beginCollapse', { state, rings, locked, range })));
  // Each takes two triangles along.
  let left = Math.round((triangleCount(mesh) * share) / 2);
  const limitMm2 = errorMm * errorMm;
  let greatest = 0;
  let limit = quantile(passes, Math.min(left, FIRST_SHARE * vertices));
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const ranges = pass % 2 === 0 ? slabs : between;
    limit = Math.min(limit, limitMm2);
    passes = await Promise.all(
      ranges.map((range) => pool.run('collapse', { state, pass: { range, limit, quota: left } })),
    );
    const removed = passes.reduce((sum, found) => sum + found.removed, 0);
    greatest = passes.reduce((most, found) => Math.max(most, found.greatest), greatest);
    left -= removed;
    if (left <= ENOUGH * vertices || (removed <= ENOUGH * vertices && limit === limitMm2)) break;
    const wanted = left > NEAR_END * vertices ? MORE * left : left;
    limit = Math.max(quantile(passes, wanted), removed > ENOUGH * vertices ? limit : GROWTH * limit);
  }
  return { triangles: await facesOf(mesh, state, slabs, pool), state, rings, errorMm: Math.sqrt(greatest) };
}

/** Even slabs, and others whose borders lie in the middle of those. */
function slabsOf(vertices: number, least: number): [VertexRange[], VertexRange[]] {
  const count = Math.max(1, Math.min(MAX_SLABS, Math.floor(vertices / least)));
  const bound = (at: number): number => Math.floor((vertices * Math.min(count, Math.max(0, at))) / count);
  const slabs = Array.from({ length: count }, (_, at) => ({ from: bound(at), end: bound(at + 1) }));
  if (count === 1) return [slabs, slabs];
  const between = Array.from({ length: count + 1 }, (_, at) => ({ from: bound(at - 0.5), end: bound(at + 0.5) }));
  return [slabs, between];
}

async function facesOf(mesh: Mesh, state: Collapsing, slabs: VertexRange[], pool: WorkerPool): Promise<Uint32Array> {
  const parts = await Promise.all(slabs.map((range) => pool.run('facesLeft', { state, range })));
  parts.push(frozenFaces(state, mesh.triangles));
  const triangles = new Uint32Array(new SharedArrayBuffer(4 * parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) {
    triangles.set(part, at);
    at += part.length;
  }
  return triangles;
}
