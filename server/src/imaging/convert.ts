import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../base/whole-file.ts';
import { readStudy, type StudyVolume } from './dicom/read.ts';
import { chooseEngine } from './engines/choose.ts';
import type { Segment, SegmentationEngine } from './engines/engine.ts';
import { ImagingError } from './errors.ts';
import type { FileManifest, Manifest, MeshManifest, SeriesManifest } from './manifest.ts';
import { MemoryBudget } from './memory.ts';
import { meshSegment } from './mesher.ts';
import { fileStem } from './outputs/names.ts';
import { offerPreview } from './preview/preview.ts';
import { previewBytes } from './preview/preview-mesh.ts';
import { ThreeMfWriter } from './outputs/threemf.ts';
import { MESHING_HEAVY, Progress, SEGMENTING_HEAVY } from './progress.ts';
import type { Reporter } from './protocol.ts';
import { resolveRequest, type ConvertRequest, type ResolvedRequest } from './request.ts';
import type { Volume } from './volume.ts';
import { WorkerPool } from './workers/pool.ts';

export type { Manifest } from './manifest.ts';
export type { Phase, Reporter } from './protocol.ts';
export type { ConvertRequest } from './request.ts';

const MAX_DEFAULT_THREADS = 8;
/** All models of a job in one file, with their names and colours. */
const PACKAGE = 'modelos';
/** More labels than this that are not in a scan are named in one line. */
const MAX_MISSING_LINES = 3;

/**
 * Converts a ZIP of DICOM files into watertight meshes and `manifest.json` in `outDir`: each as STL (mm, LPS), GLB
 * and a picture, all of them as one 3MF.
 * @param pool threads to compute with, which stay open; without it `request.threads` of its own, which end with it
 * @throws ImagingError with a Spanish sentence where the input is at fault; other errors are our own
 */
export async function convert(request: ConvertRequest, reporter: Reporter, pool?: WorkerPool): Promise<Manifest> {
  const resolved = resolveRequest(request);
  if (pool) return await convertWith(pool, resolved, reporter);
  const own = new WorkerPool(resolved.threads ?? Math.min(availableParallelism(), MAX_DEFAULT_THREADS));
  try {
    return await convertWith(own, resolved, reporter);
  } finally {
    await own.close();
  }
}

async function convertWith(pool: WorkerPool, request: ResolvedRequest, reporter: Reporter): Promise<Manifest> {
  const engine = await chooseEngine(request.segmentation);
  const progress = new Progress(reporter, engine.name === 'threshold' ? MESHING_HEAVY : SEGMENTING_HEAVY);
  return await new Conversion(request, { engine, progress, pool, reporter }).run();
}

/** What a conversion works with. */
interface Tools {
  engine: SegmentationEngine;
  progress: Progress;
  pool: WorkerPool;
  reporter: Reporter;
}

/** One job from ZIP to manifest; keeps the times and warnings of its stages. */
class Conversion {
  readonly #request: ResolvedRequest;
  readonly #engine: SegmentationEngine;
  readonly #progress: Progress;
  readonly #pool: WorkerPool;
  readonly #reporter: Reporter;
  readonly #budget: MemoryBudget;
  readonly #warnings: string[] = [];
  readonly #durations = { reading: 0, segmenting: 0, meshing: 0, packing: 0, total: 0 };

  constructor(request: ResolvedRequest, { engine, progress, pool, reporter }: Tools) {
    this.#request = request;
    this.#engine = engine;
    this.#progress = progress;
    this.#pool = pool;
    this.#reporter = reporter;
    this.#budget = new MemoryBudget(request.limits.memoryMb, pool.threads);
  }

  async run(): Promise<Manifest> {
    const started = performance.now();
    const { input, meshes, threemf } = await this.#inWorkFolder(async (workDir) => {
      const { segments, ...read } = await this.#prepare(workDir);
      return { input: read, ...(await this.#timed('meshing', () => this.#mesh(segments))) };
    });
    this.#progress.update('packing', 0);
    this.#durations.total = Math.round(performance.now() - started);
    const manifest: Manifest = {
      version: 1,
      engine: this.#engine.name,
      meshes,
      threemf,
      series: input.series,
      otherSeries: input.otherSeries,
      skipped: input.skipped,
      warnings: this.#warnings,
      parameters: {
        umbralMin: this.#request.umbralMin ?? null,
        umbralMax: this.#request.umbralMax ?? null,
        suavizado: this.#request.suavizado,
        reduccion: this.#request.reduccion,
        separarPartes: this.#request.separarPartes,
        fragmentoMin: this.#request.fragmentoMin ?? null,
        acomodar: this.#request.acomodar,
      },
      durationsMs: this.#durations,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
    await this.#timed('packing', () => writeManifest(manifest, this.#request.outDir));
    this.#progress.update('packing', 1);
    return manifest;
  }

  async #timed<T>(stage: keyof Manifest['durationsMs'], work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#durations[stage] = Math.round(performance.now() - started);
    }
  }

  #warn(line: string): void {
    this.#warnings.push(line);
    this.#progress.log(line);
  }

  /** What comes back holds the volume only where segments still need it. */
  async #prepare(workDir: string): Promise<Omit<StudyVolume, 'volume'> & { segments: Segment[] }> {
    const { volume, ...input } = await this.#timed('reading', () => this.#read());
    const { series } = input;
    // The first model is made beside the search for the couch, which leaves the other threads idle.
    const preview = this.#offerPreview(volume, series);
    try {
      const segments = await this.#timed('segmenting', () => this.#segment({ volume, series }, workDir));
      return { ...input, segments };
    } finally {
      await preview;
    }
  }

  /** Made where somebody wants it, memory suffices and the values are HU. */
  async #offerPreview(volume: Volume, { modality }: SeriesManifest): Promise<void> {
    const reporter = this.#reporter;
    const engine = this.#engine;
    const beside = engine.memoryBytes(volume, this.#request, this.#pool.threads) + previewBytes(volume);
    if (reporter.preview === undefined || !this.#budget.fits(volume.data.byteLength + beside)) return;
    if (engine.name !== 'threshold' && modality !== 'CT') return;
    await offerPreview(volume, { request: this.#request, pool: this.#pool, reporter });
  }

  async #read(): Promise<StudyVolume> {
    this.#progress.update('reading', 0);
    return readStudy(this.#request, {
      budget: this.#budget,
      besideBytes: (shape) => this.#engine.memoryBytes(shape, this.#request, this.#pool.threads),
      pool: this.#pool,
      progress: (fraction) => this.#progress.update('reading', fraction),
      log: (line) => this.#progress.log(line),
      warn: (line) => this.#warn(line),
    });
  }

  /** A folder for what engines write, gone when the meshes are made. */
  async #inWorkFolder<T>(work: (workDir: string) => Promise<T>): Promise<T> {
    await mkdir(this.#request.outDir, { recursive: true });
    const workDir = await mkdtemp(join(this.#request.outDir, '.segmentation-'));
    try {
      return await work(workDir);
    } finally {
      await rm(workDir, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async #segment({ volume, series }: { volume: Volume; series: SeriesManifest }, workDir: string): Promise<Segment[]> {
    const expectedMs = this.#engine.expectedMs(volume, this.#request);
    return this.#progress.during({ phase: 'segmenting', from: 0, to: 1, expectedMs }, () =>
      this.#engine.segment(volume, {
        request: this.#request,
        pool: this.#pool,
        workDir,
        modality: series.modality,
        log: (line) => this.#progress.log(line),
        warn: (line) => this.#warn(line),
        progress: (fraction) => this.#progress.update('segmenting', fraction),
      }),
    );
  }

  #tellMissing(labels: string[]): void {
    const named = labels.length > MAX_MISSING_LINES ? [labels.join(', ')] : labels;
    for (const name of named) this.#warn(`${name}: no se encontró nada en este estudio.`);
  }

  async #mesh(segments: Segment[]): Promise<{ meshes: MeshManifest[]; threemf: FileManifest }> {
    const meshes: MeshManifest[] = [];
    const missing: string[] = [];
    const filename = `${fileStem(this.#request.caseName, PACKAGE)}.3mf`;
    await using threeMf = new ThreeMfWriter(join(this.#request.outDir, filename), this.#request.caseName);
    const context = {
      request: this.#request,
      budget: this.#budget,
      pool: this.#pool,
      progress: this.#progress,
      package: threeMf,
      log: (line: string) => this.#progress.log(line),
      warn: (line: string) => this.#warn(line),
    };
    for (const [index, segment] of segments.entries()) {
      const share = { from: index / segments.length, to: (index + 1) / segments.length };
      const heldBytes = Math.max(0, ...segments.slice(index + 1).map(({ sourceBytes }) => sourceBytes));
      const made = await meshSegment(segment, share, { ...context, heldBytes });
      if (made.length === 0) missing.push(segment.label);
      for (const mesh of made) this.#progress.log(describeMesh(mesh));
      meshes.push(...made);
    }
    this.#tellMissing(missing);
    if (meshes.length === 0)
      throw new ImagingError('EMPTY_RESULT', 'No se encontró ninguno de los tejidos pedidos en este estudio.');
    return { meshes, threemf: { filename, sizeBytes: await threeMf.finish() } };
  }
}

function describeMesh(mesh: MeshManifest): string {
  const state = mesh.watertight ? 'cerrada' : 'con defectos';
  return `${mesh.label}: ${mesh.triangles} triángulos, ${mesh.volumeCm3.toFixed(1)} cm3, malla ${state}.`;
}

async function writeManifest(manifest: Manifest, outDir: string): Promise<void> {
  await writeWhole(join(outDir, 'manifest.json'), (file) => file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`));
}
