import type { MeshMetrics } from '@som3d/contract';
import type { Manifest, MeshManifest } from '../imaging/manifest.ts';

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const snakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]));
};

const meshMetrics = ({ sizeBytes, ...mesh }: MeshManifest): MeshMetrics =>
  ({ ...(snakeKeys(mesh) as object), size: sizeBytes }) as MeshMetrics;

/** A manifest as a job's metrics: the wire's names, and `size` in bytes as in the list of models. */
export const metricsOf = (manifest: Manifest): Record<string, unknown> & { meshes: MeshMetrics[] } => ({
  ...(snakeKeys(manifest) as Record<string, unknown>),
  meshes: manifest.meshes.map(meshMetrics),
});
