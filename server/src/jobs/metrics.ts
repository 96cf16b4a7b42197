import type { JobFile, MeshMetrics } from '@som3d/contract';
import type { FileManifest, Manifest, MeshManifest } from '../imaging/manifest.ts';

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const snakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]));
};

const jobFile = ({ filename, sizeBytes }: FileManifest): JobFile => ({ filename, size: sizeBytes });

const meshMetrics = ({ sizeBytes, files: { stl, glb, png }, ...mesh }: MeshManifest): MeshMetrics =>
  ({
    ...(snakeKeys(mesh) as object),
    size: sizeBytes,
    files: { stl: jobFile(stl), glb: jobFile(glb), png: jobFile(png) },
  }) as MeshMetrics;

/** What a job's metrics say of its files; jobs of former versions have fewer. */
export interface JobModels {
  readonly meshes: MeshMetrics[];
  readonly threemf: JobFile;
}

/** A manifest as a job's metrics: the wire's names, and `size` in bytes as in the list of models. */
export const metricsOf = (manifest: Manifest): Record<string, unknown> & JobModels => ({
  ...(snakeKeys(manifest) as Record<string, unknown>),
  meshes: manifest.meshes.map(meshMetrics),
  threemf: jobFile(manifest.threemf),
});
