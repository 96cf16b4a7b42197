import { z } from 'zod';
import { fields, Id, numeric, numericField, scalars } from './common/index.ts';

export const JOB_STATUSES = ['queued', 'running', 'done', 'error', 'canceled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];
export const JOB_PHASES = [
  'queued',
  'reading',
  'segmenting',
  'meshing',
  'packing',
  'finished',
  'error',
  'canceled',
] as const;
export type JobPhase = (typeof JOB_PHASES)[number];

/** The id of a job: a UUID of the service, or the predecessor's id. */
export const JobId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .meta({ description: 'Identificador del trabajo', examples: ['3f2b8c1e-9d47-4a60-8e15-0c6a5b7d2f31'] });

function anyOf(text: string) {
  return [...new Set(text.split(',').map((task) => task.trim().toLowerCase()))].filter(Boolean);
}

const hounsfield = z.number().min(-32_768).max(32_767);

/** The text fields of an upload, without the file. */
export const JobFields = z
  .object({
    nombre_proceso: scalars
      .freeText(80, 3, 'Rodilla derecha')
      .optional.meta({ description: 'Nombre del proceso, 3 a 80 caracteres' }),
    enable_ortopedia: scalars.Flag.default(false),
    enable_appendicular: scalars.Flag.default(false),
    enable_muscles: scalars.Flag.default(false),
    enable_hip_implant: scalars.Flag.default(false),
    teeth: scalars.Flag.default(false),
    cranio: scalars.Flag.default(false),
    extra_tasks: z
      .string()
      .max(500)
      .overwrite((text) => anyOf(text).join(','))
      .regex(/^[a-z0-9_,]*$/, { error: 'Solo nombres de tareas separados por comas' })
      .optional()
      .meta({ description: 'Tareas adicionales separadas por comas' }),
    id_paciente: numericField(Id).meta({ description: 'Paciente propio al que pertenece el estudio' }),
    umbral_min: numericField(hounsfield).meta({
      description: 'Umbral inferior propio en HU, en lugar del de hueso',
    }),
    umbral_max: numericField(hounsfield).meta({ description: 'Umbral superior propio en HU' }),
    suavizado: numericField(z.int().min(0).max(100)).meta({ description: 'Iteraciones de suavizado, 0 a 100 (20)' }),
    reduccion: numericField(z.number().min(0).max(0.95)).meta({
      description: 'Parte de los triángulos que se ahorra, 0 a 0,95 (0,75)',
    }),
    separar_partes: scalars.Flag.default(false).meta({ description: 'Cada parte conectada como su propio STL' }),
    fragmento_min: numericField(z.number().min(0).max(1_000_000)).meta({
      description: 'Volumen en mm3 bajo el que un fragmento suelto se descarta (hueso: 200; con separar_partes, 50)',
    }),
    acomodar: scalars.Flag.default(false).meta({
      description: 'Además, una copia de cada STL apoyada en la base de impresión: z = 0, centrada en x e y',
    }),
    serie: z
      .string()
      .trim()
      .max(70)
      .regex(/^[\d.]*(?:#\d{1,4})?$/, {
        error: 'Debe ser un SeriesInstanceUID, un número de serie o el campo «serie» de las métricas de un trabajo',
      })
      .optional()
      .meta({
        description:
          'Serie que se convierte: SeriesInstanceUID, número o «serie» de las métricas de un trabajo (la mejor)',
      }),
  })
  .meta({ id: 'JobFields', description: 'Las opciones de una subida' });
export type JobFields = z.infer<typeof JobFields>;

/** The form of the client: the fields and the ZIP. In OpenAPI the file is a binary string. */
export const JobForm = JobFields.extend({
  file: z.string().meta({ format: 'binary', description: 'ZIP de archivos DICOM' }),
}).meta({
  id: 'JobForm',
  description:
    'El ZIP del estudio y sus opciones. Todo es opcional menos el archivo; los campos de texto van antes de él',
  examples: [{ nombre_proceso: 'Rodilla derecha', file: 'estudio.zip' }],
});

const logLine = z.string().meta({ examples: ['Lectura terminada: 214 cortes'] });

const PARAMS = {
  nombre_proceso: 'Rodilla derecha',
  id_paciente: 1,
  enable_ortopedia: true,
  enable_appendicular: false,
  enable_muscles: false,
  enable_hip_implant: false,
  teeth: false,
  cranio: false,
  extra_tasks: ['skin'],
  umbral_min: null,
  umbral_max: null,
  suavizado: null,
  reduccion: null,
  separar_partes: false,
  fragmento_min: null,
  acomodar: false,
  serie: null,
};

/** The requested parameters of a job. */
export const JobParams = z
  .object({
    nombre_proceso: fields.nombre_proceso.nullable(),
    id_paciente: z.int().nullable(),
    enable_ortopedia: z.boolean(),
    enable_appendicular: z.boolean(),
    enable_muscles: z.boolean(),
    enable_hip_implant: z.boolean(),
    teeth: z.boolean(),
    cranio: z.boolean(),
    extra_tasks: z.array(z.string().meta({ examples: ['skin'] })),
    umbral_min: z.number().nullable(),
    umbral_max: z.number().nullable(),
    suavizado: z.int().nullable(),
    reduccion: z.number().nullable(),
    separar_partes: z.boolean(),
    fragmento_min: z.number().nullable(),
    acomodar: z.boolean(),
    serie: z
      .string()
      .meta({ examples: ['1.2.840.113619.2.55.3.604688119'] })
      .nullable(),
  })
  .meta({ id: 'JobParams', description: 'Lo que se pidió; null es el valor por omisión', examples: [PARAMS] });
export type JobParams = z.infer<typeof JobParams>;

/** A file of a job. */
export const JobFile = z
  .object({
    filename: fields.filename,
    size: z.int().meta({ description: 'Bytes' }),
    media_type: z
      .string()
      .meta({ examples: ['model/stl'] })
      .optional()
      .meta({ description: 'Tipo de medio, como lo da la descarga' }),
  })
  .meta({ id: 'JobFile', description: 'Un archivo de un trabajo' });
export type JobFile = z.infer<typeof JobFile>;

/** A first model of a running job, to look at until the job is done: GLB, at most 60,000 triangles. */
const preview = JobFile.optional().meta({
  description: 'Un primer modelo de un trabajo en curso (GLB); está desde que se puede descargar y hasta que termina',
});

/** What a finished job measured; `{}` until then. The predecessor's jobs have only the fields named here. */
export const JobMetrics = z
  .looseObject({
    stl_count: z.int().nullable().optional(),
    stl_zip_size: z.int().nullable().optional().meta({ description: 'Bytes del resultado' }),
    durations: z
      .looseObject({ total_seconds: z.number().nullable() })
      .optional()
      .meta({ description: 'Segundos de cada paso (`reading_seconds`, …) y de todo' }),
    mesh: z
      .looseObject({ files_total: z.int().nullable() })
      .optional()
      .meta({ description: 'Modelos, y la suma de sus triángulos y vértices' }),
  })
  .meta({
    id: 'JobMetrics',
    description: 'Geometría, serie y duraciones de un trabajo terminado, {} hasta entonces; sin datos del paciente',
  });
export type JobMetrics = z.infer<typeof JobMetrics>;

/** A job that ended well: a bone and the skin. */
const DONE = {
  job_id: '3f2b8c1e-9d47-4a60-8e15-0c6a5b7d2f31',
  nombre_proceso: 'Rodilla derecha',
  status: 'done',
  phase: 'finished',
  percent: 100,
  is_processing: false,
  params: PARAMS,
  metrics: {
    stl_count: 2,
    stl_zip_size: 18_432_117,
    durations: { total_seconds: 41.8 },
    mesh: { files_total: 2 },
  },
  error: null,
  prioridad: 0,
  created_at: '2026-03-02T15:04:05.000Z',
  updated_at: '2026-03-02T15:04:49.000Z',
  started_at: '2026-03-02T15:04:07.000Z',
  finished_at: '2026-03-02T15:04:49.000Z',
  log_tail: ['Lectura terminada: 214 cortes'],
};

export const Job = z
  .object({
    job_id: fields.job_id,
    nombre_proceso: fields.nombre_proceso.nullable(),
    status: z.enum(JOB_STATUSES),
    phase: z.enum(JOB_PHASES),
    percent: z.int().min(0).max(100),
    is_processing: z.boolean().meta({ description: 'Está en cola o en curso' }),
    params: JobParams,
    metrics: JobMetrics,
    error: z
      .string()
      .meta({ examples: ['El archivo no contiene imágenes DICOM'] })
      .nullable(),
    preview,
    prioridad: z.int().meta({ description: 'Los de prioridad más alta van antes; 0 es lo normal' }),
    created_at: z.string().nullable().meta({ format: 'date-time' }),
    updated_at: z.string().nullable().meta({ format: 'date-time' }),
    started_at: z.string().nullable().meta({ format: 'date-time' }),
    finished_at: z.string().nullable().meta({ format: 'date-time' }),
    log_tail: z.array(logLine).meta({ description: 'Las últimas líneas del registro; en una lista, ninguna' }),
  })
  .meta({
    id: 'Job',
    description: 'Un trabajo de conversión: su estado, su avance y lo que se midió',
    examples: [DONE],
  });
export type Job = z.infer<typeof Job>;

/** Bound of a job's priority in both directions; a higher one starts first. */
export const PRIORITY_LIMIT = 100;

export const PriorityBody = z
  .object({
    prioridad: numeric(z.int().min(-PRIORITY_LIMIT).max(PRIORITY_LIMIT)).meta({
      description: 'Los de prioridad más alta van antes',
    }),
  })
  .meta({ id: 'PriorityBody', description: 'La prioridad de un trabajo en cola' });
export type PriorityBody = z.infer<typeof PriorityBody>;

/** What changes of a job; what is not named stays. */
export const UpdateJobBody = z
  .object({
    nombre_proceso: scalars
      .freeText(80, 3, 'Rodilla derecha')
      .optional.meta({ description: 'Nombre del proceso, 3 a 80 caracteres' }),
    id_paciente: Id.nullable()
      .optional()
      .meta({ description: 'Paciente propio; null: de ninguno', examples: [17] }),
  })
  .meta({ id: 'UpdateJobBody', description: 'El nombre y el paciente de un trabajo' });
export type UpdateJobBody = z.infer<typeof UpdateJobBody>;

export const JobProgress = z
  .object({
    status: z.enum(JOB_STATUSES),
    phase: z.enum(JOB_PHASES),
    percent: z.int().min(0).max(100),
    error: z
      .string()
      .meta({ examples: ['El archivo no contiene imágenes DICOM'] })
      .nullable(),
    preview,
  })
  .meta({
    id: 'JobProgress',
    description: 'El avance de un trabajo',
    examples: [{ status: 'done', phase: 'finished', percent: 100, error: null }],
  });
export type JobProgress = z.infer<typeof JobProgress>;

export const JobLog = z
  .object({
    job_id: fields.job_id,
    status: z.enum(JOB_STATUSES),
    phase: z.enum(JOB_PHASES),
    lines: z.array(logLine),
    log: logLine,
    total: z.int(),
    truncated: z.boolean().meta({ description: 'Hay más líneas que estas' }),
    full_available: z.boolean().meta({ description: 'El registro se conserva: full=true lo da entero' }),
    fallback: z.boolean().meta({ description: 'El registro no se conserva; un trabajo antiguo no tiene ninguno aquí' }),
  })
  .meta({
    id: 'JobLog',
    description: 'Las líneas del registro de un trabajo',
    examples: [
      {
        job_id: DONE.job_id,
        status: 'done',
        phase: 'finished',
        lines: DONE.log_tail,
        log: DONE.log_tail[0],
        total: 1,
        truncated: false,
        full_available: true,
        fallback: false,
      },
    ],
  });
export type JobLog = z.infer<typeof JobLog>;

/** A job with its owner. */
export const TrackedJob = Job.extend({
  owner: z.object({
    id_usuario: z.int(),
    id_medico: z.int().nullable(),
    nombre: fields.nombre,
    apellido: fields.apellido,
    correo: fields.correo,
  }),
}).meta({
  id: 'TrackedJob',
  description: 'Un trabajo con su dueño',
  examples: [
    {
      ...DONE,
      owner: {
        id_usuario: 1,
        id_medico: 1,
        nombre: 'María',
        apellido: 'Gómez Rojas',
        correo: 'maria.gomez@example.com',
      },
    },
  ],
});

/** A page of jobs; X-Total-Count and Link say how many there are and where it continues. */
export const JobList = z
  .object({ jobs: z.array(Job) })
  .meta({ id: 'JobList', description: 'Una página de trabajos; X-Total-Count dice cuántos hay' });
export const TrackedJobList = z
  .object({ jobs: z.array(TrackedJob) })
  .meta({ id: 'TrackedJobList', description: 'Una página de trabajos con su dueño; X-Total-Count dice cuántos hay' });
