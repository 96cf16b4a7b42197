import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  convert,
  type ConvertRequest,
  ImagingError,
  type Manifest,
  type Phase,
  WorkerPool,
} from '@som3d/server/testing/imaging';
import { onTestFinished } from 'vitest';
import { notSolid } from './stl.ts';
import { writeZip, type NamedFile } from './zip.ts';

export interface Converted {
  manifest: Manifest;
  /** Where the STL files are. */
  directory: string;
  log: string[];
  progress: { phase: Phase; percent: number }[];
}

/** A directory that goes when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'som3d-imaging-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Pixels: drawing a picture of the usual size takes longer than making many a phantom's model. */
const PICTURE_SIDE = 64;

/** Threads of all conversions of this process: starting them takes longer than many a phantom. */
let threads: WorkerPool | undefined;

/** Converts in this process. Every model of every test must be a solid, by judges of their own. */
export async function convertZip(inputZip: string, parameters: Partial<ConvertRequest> = {}): Promise<Converted> {
  const directory = await temporaryDirectory();
  const log: string[] = [];
  const progress: Converted['progress'] = [];
  threads ??= new WorkerPool(2);
  const manifest = await convert(
    { pictureSide: PICTURE_SIDE, ...parameters, inputZip, outDir: directory },
    { log: (line) => log.push(line), progress: (phase, percent) => progress.push({ phase, percent }) },
    parameters.threads === undefined ? threads : undefined,
  );
  for (const { filename, components } of manifest.meshes) {
    const fault = await notSolid(join(directory, filename), components);
    if (fault !== null) throw new Error(fault);
  }
  return { manifest, directory, log, progress };
}

export async function convertFiles(files: NamedFile[], parameters: Partial<ConvertRequest> = {}): Promise<Converted> {
  const zip = await writeZip(join(await temporaryDirectory(), 'study.zip'), files);
  return convertZip(zip, parameters);
}

/** The error a conversion ends with. */
export async function refusal(work: Promise<unknown>): Promise<ImagingError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ImagingError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

/** The raw surface: neither smoothed nor reduced. */
export const RAW = { suavizado: 0, reduccion: 0 } as const;
