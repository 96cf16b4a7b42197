import { createReadStream } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import yazl from 'yazl';
import type { Storage, StoredObject } from '../gateways/storage/storage.ts';
import type { Manifest } from '../imaging/manifest.ts';
import { attemptPrefix } from './keys.ts';

export const MANIFEST = 'manifest.json';

/** The name under which a result is saved. */
export const resultName = (jobId: string): string => `som3d-${jobId}.zip`;

/** A conversion that says it is done and is not. */
export class OutputError extends Error {}

const SAFE_NAME = /^[\w-][\w.-]{0,150}\.stl$/i;

const namesOf = ({ meshes }: Manifest): string[] => {
  const names = meshes.map(({ filename }) => filename);
  const wrong = names.find((name) => !SAFE_NAME.test(name));
  if (wrong !== undefined || new Set(names).size !== names.length) throw new OutputError('unusable file names');
  return names;
};

/** Vertices in float32 compress to about half at the lowest level; the higher ones cost time and give little. */
const ZIP_LEVEL = 3;

const zipOf = (folder: string, names: readonly string[], mtime: Date): PassThrough => {
  const zip = new yazl.ZipFile();
  const out = new PassThrough();
  zip.on('error', (error: Error) => out.destroy(error));
  zip.outputStream.pipe(out);
  for (const name of names) {
    zip.addFile(path.join(folder, name), name, { mtime, mode: 0o100644, compressionLevel: ZIP_LEVEL });
  }
  zip.end();
  return out;
};

/**
 * Stores what a conversion left in its folder: each STL, the manifest, and one ZIP of them all, streamed.
 *
 * @returns the ZIP as stored
 * @throws OutputError when the folder does not hold what the manifest says; whatever `signal` aborts with
 */
export const storeOutputs = async (
  storage: Storage,
  job: { readonly job_id: string; readonly token: string },
  { folder, manifest, now, signal }: { folder: string; manifest: Manifest; now: Date; signal: AbortSignal },
): Promise<StoredObject> => {
  const prefix = attemptPrefix(job.job_id, job.token);
  const names = namesOf(manifest);
  for (const [index, name] of names.entries()) {
    const stored = await storage.put(prefix + name, createReadStream(path.join(folder, name)), signal);
    if (stored.size !== manifest.meshes[index]?.sizeBytes) throw new OutputError('a mesh differs from its manifest');
  }
  await storage.put(prefix + MANIFEST, createReadStream(path.join(folder, MANIFEST)), signal);
  return await storage.put(prefix + resultName(job.job_id), zipOf(folder, [...names, MANIFEST], now), signal);
};
