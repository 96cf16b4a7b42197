import { createReadStream } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import yazl from 'yazl';
import type { Storage, StoredObject } from '../gateways/storage/storage.ts';
import type { FileManifest, Manifest } from '../imaging/manifest.ts';
import { attemptPrefix } from './keys.ts';

export const MANIFEST = 'manifest.json';

/** The name under which a result is saved. */
export function resultName(jobId: string): string {
  return `som3d-${jobId}.zip`;
}

/** A conversion that says it is done and is not. */
export class OutputError extends Error {}

const SAFE_NAME = /^[\w-][\w.-]{0,150}\.(stl|glb|png|3mf)$/;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.stl': 'model/stl',
  '.glb': 'model/gltf-binary',
  '.3mf': 'model/3mf',
  '.png': 'image/png',
  '.json': 'application/json',
  '.zip': 'application/zip',
};

/** What a stored file of a job is, by its name. */
export function mediaTypeOf(filename: string): string {
  return MEDIA_TYPES[path.extname(filename).toLowerCase()] ?? 'application/octet-stream';
}

/** The models in all their forms, each name once. */
function modelsOf({ meshes, threemf }: Manifest): FileManifest[] {
  const files = [...meshes.flatMap((mesh) => Object.values(mesh.files)), threemf];
  const names = new Set(files.map(({ filename }) => filename));
  const unsafe = files.some(({ filename }) => !SAFE_NAME.test(filename));
  if (unsafe || names.size !== files.length) throw new OutputError('unusable file names');
  return files;
}

/** Vertices in float32 compress to about half at the lowest level; the higher ones cost time and give little. */
const ZIP_LEVEL = 3;
/** What is compressed already stays as it is. */
const COMPRESSED = /\.(glb|png|3mf)$/;
function levelOf(name: string): number {
  return COMPRESSED.test(name) ? 0 : ZIP_LEVEL;
}

function zipOf(folder: string, names: readonly string[], mtime: Date): PassThrough {
  const zip = new yazl.ZipFile();
  const out = new PassThrough();
  zip.on('error', (error: Error) => out.destroy(error));
  zip.outputStream.pipe(out);
  for (const name of names) {
    zip.addFile(path.join(folder, name), name, { mtime, mode: 0o100644, compressionLevel: levelOf(name) });
  }
  zip.end();
  return out;
}

/** What a job's results are in the storage. */
export interface StoredOutputs {
  /** The ZIP of all the others. */
  readonly zip: StoredObject;
  /** Size of all of them together. */
  readonly bytes: number;
}

/**
 * Stores what a conversion left in its folder: each model in all its forms, their 3MF, the manifest, and one ZIP of them
 * all, streamed.
 *
 * @throws OutputError when the folder does not hold what the manifest says; whatever `signal` aborts with
 */
export async function storeOutputs(
  storage: Storage,
  job: { readonly job_id: string; readonly token: string },
  { folder, manifest, now, signal }: { folder: string; manifest: Manifest; now: Date; signal: AbortSignal },
): Promise<StoredOutputs> {
  const prefix = attemptPrefix(job.job_id, job.token);
  const models = modelsOf(manifest);
  let bytes = 0;
  for (const { filename, sizeBytes } of models) {
    const stored = await storage.put(prefix + filename, createReadStream(path.join(folder, filename)), signal);
    if (stored.size !== sizeBytes) throw new OutputError('a model differs from its manifest');
    bytes += stored.size;
  }
  const names = [...models.map(({ filename }) => filename), MANIFEST];
  const listed = await storage.put(prefix + MANIFEST, createReadStream(path.join(folder, MANIFEST)), signal);
  const zip = await storage.put(prefix + resultName(job.job_id), zipOf(folder, names, now), signal);
  return { zip, bytes: bytes + listed.size + zip.size };
}
