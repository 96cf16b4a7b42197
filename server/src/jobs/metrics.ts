import type { JobFile, MeshMetrics } from '@som3d/contract';
import type { FileManifest, Manifest, MeshManifest } from '../imaging/manifest.ts';

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]));
}

function jobFile({ filename, sizeBytes }: FileManifest): JobFile {
  return { filename, size: sizeBytes };
}

function meshMetrics({ sizeBytes, files, ...mesh }: MeshManifest): MeshMetrics {
  return {
    ...(snakeKeys(mesh) as object),
    size: sizeBytes,
    files: Object.fromEntries(Object.entries(files).map(([form, file]) => [snakeCase(form), jobFile(file)])),
  } as MeshMetrics;
}

/** What a job's metrics say of its files; jobs of former versions have fewer. */
export interface JobModels {
  readonly meshes: MeshMetrics[];
  readonly threemf: JobFile;
}

/** A manifest as a job's metrics: the wire's names, and `size` in bytes as in the list of models. */
export function metricsOf(manifest: Manifest): Record<string, unknown> & JobModels {
  return {
    ...(snakeKeys(manifest) as Record<string, unknown>),
    meshes: manifest.meshes.map(meshMetrics),
    threemf: jobFile(manifest.threemf),
  };
}
