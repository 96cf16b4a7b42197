import { z } from 'zod';
import { ImagingError } from './errors.ts';

const flag = z.boolean().default(false);

/** Bounds on what a ZIP may cost. Sizes in bytes unless the name says otherwise. */
export const zipLimitsSchema = z.object({
  /** Files and folders in the ZIP. */
  entries: z.int().positive().default(20_000),
  /** All files together, unpacked. */
  totalBytes: z
    .int()
    .positive()
    .default(8 * 1024 ** 3),
  /** One file, unpacked. */
  entryBytes: z
    .int()
    .positive()
    .default(1024 ** 3),
  /** Unpacked over packed size of the whole ZIP; looked at from 100 MB unpacked, blank slices alone reach 1000. */
  ratio: z.number().positive().default(250),
});

export const limitsSchema = zipLimitsSchema.extend({
  /** The volume and what is computed beside it for each voxel, in MB. */
  memoryMb: z.number().positive().default(3072),
});

/** Which engine segments, and how the one that is a command line is reached. Never stored, never logged. */
export const segmentationSchema = z.object({
  /** `auto` takes TotalSegmentator where it is installed. */
  engine: z.enum(['auto', 'threshold', 'totalsegmentator']).default('auto'),
  /** A path, or a name to look for on the PATH of `environment`. */
  command: z.string().min(1).default('TotalSegmentator'),
  /** Some of its tasks need a licence. */
  license: z.string().min(1).optional(),
  /** For all its tasks of one job together. */
  timeoutMinutes: z.number().positive().default(45),
  /** What the command gets to know of the worker's environment: PATH, HOME, where its models are. */
  environment: z.record(z.string(), z.string()).default({}),
});

const hounsfield = z.number().min(-32_768).max(32_767);

export const convertRequestSchema = z.object({
  inputZip: z.string().min(1),
  outDir: z.string().min(1),
  enable_ortopedia: flag,
  enable_appendicular: flag,
  enable_muscles: flag,
  enable_skull: flag,
  enable_teeth: flag,
  enable_hip_implant: flag,
  /** Further tissues by name; what the engine does not know is logged and left out. */
  extraTasks: z.array(z.string()).default([]),
  /** An own threshold range in HU. It takes the place of bone. */
  umbralMin: hounsfield.optional(),
  umbralMax: hounsfield.optional(),
  /** Iterations of smoothing. */
  suavizado: z.int().min(0).max(100).default(20),
  /** Share of the triangles to save. */
  reduccion: z.number().min(0).max(0.95).default(0.75),
  /** SeriesInstanceUID or number of the series to convert, or its `serie` in a manifest; the best one without it. */
  serie: z.string().optional(),
  /** Smaller pieces are left out, mm3; each tissue's own figure without it (200 for bone, 50 for its parts). */
  fragmentoMin: z.number().min(0).max(1_000_000).optional(),
  /** Each connected part as its own STL. */
  separarPartes: flag,
  /** A copy of each STL that lies on the plate of a printer, too. */
  acomodar: flag,
  /** Side of each model's picture, pixels. */
  pictureSide: z.int().min(16).max(2048).default(512),
  /** What the case is called: files are named after it. */
  caseName: z.string().max(200).optional(),
  segmentation: segmentationSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  /** Worker threads; the result does not depend on it. */
  threads: z.int().min(1).max(64).optional(),
});

/** What `convert` is given: paths, tissues and parameters, all but the paths optional. */
export type ConvertRequest = z.input<typeof convertRequestSchema>;
/** The same with its defaults filled in. */
export type ResolvedRequest = z.output<typeof convertRequestSchema>;
export type SegmentationOptions = z.output<typeof segmentationSchema>;
export type ZipLimits = z.output<typeof zipLimitsSchema>;

/** @throws ImagingError INVALID_REQUEST naming the parameter. */
export function resolveRequest(request: ConvertRequest): ResolvedRequest {
  const parsed = convertRequestSchema.safeParse(request);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'solicitud'))].join(', ');
    throw new ImagingError('INVALID_REQUEST', `Parámetros de conversión no válidos: ${names}.`, {
      cause: parsed.error,
    });
  }
  const { umbralMin, umbralMax } = parsed.data;
  if (umbralMin !== undefined && umbralMax !== undefined && umbralMin >= umbralMax)
    throw new ImagingError('INVALID_REQUEST', 'El umbral mínimo debe ser menor que el máximo.');
  return parsed.data;
}
