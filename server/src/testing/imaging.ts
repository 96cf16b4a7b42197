import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parts of the imaging that tests and benches run by themselves. */
export { convert, type ConvertRequest, type Manifest, type Phase } from '../imaging/convert.ts';
export { chooseStack } from '../imaging/dicom/choose.ts';
export { FRAME_DECODERS, frameDecoder } from '../imaging/dicom/decoders.ts';
export type { FrameLayout } from '../imaging/dicom/frame.ts';
export { loadVolume } from '../imaging/dicom/load.ts';
export { type ScanResult, scanZip } from '../imaging/dicom/scan.ts';
export { Watchdog } from '../imaging/dicom/watchdog.ts';
export { chooseEngine } from '../imaging/engines/choose.ts';
export { describeEngines } from '../imaging/engines/describe.ts';
export { TISSUES } from '../imaging/engines/tissues.ts';
export { ImagingError } from '../imaging/errors.ts';
export { MemoryBudget } from '../imaging/memory.ts';
export type { Affine } from '../imaging/nifti/affine.ts';
export { NiftiError, type NiftiType } from '../imaging/nifti/header.ts';
export { readMask } from '../imaging/nifti/mask.ts';
export { readNifti } from '../imaging/nifti/read.ts';
export { AIR_HU, regularGrid, resample } from '../imaging/nifti/regular-grid.ts';
export { writeNifti } from '../imaging/nifti/write.ts';
export { drawPicture } from '../imaging/outputs/picture.ts';
export { ThreeMfWriter } from '../imaging/outputs/threemf.ts';
export { previewMesh } from '../imaging/preview/preview-mesh.ts';
export type { ChildMessage, PreviewFile } from '../imaging/protocol.ts';
export { limitsSchema, segmentationSchema } from '../imaging/request.ts';
export { extractSurface, smoothSurface } from '../imaging/surface/build.ts';
export { dropSmallComponents } from '../imaging/surface/components.ts';
export { finishInParts } from '../imaging/surface/finish-in-parts.ts';
export { labelMesh } from '../imaging/surface/label-mesh.ts';
export { measure } from '../imaging/surface/measure.ts';
export { measureBothWays } from '../imaging/surface/measure-distance.ts';
export { mend } from '../imaging/surface/mend.ts';
export type { Mesh } from '../imaging/surface/mesh.ts';
export { writeStl } from '../imaging/surface/stl.ts';
export { buildTriangleGrid } from '../imaging/surface/triangle-grid.ts';
export { type Geometry, isLeftHanded, type Vector, type Volume } from '../imaging/volume.ts';
export { releaseMemory } from '../imaging/workers/collect.ts';
export { WorkerPool } from '../imaging/workers/pool.ts';
export { inspectZip, type ZipBytes, ZipSource } from '../imaging/zip.ts';

/** The file of the imaging process, to be forked. */
export const CHILD_PROGRAM = fileURLToPath(
  new URL(`../imaging/child${path.extname(import.meta.filename)}`, import.meta.url),
);
