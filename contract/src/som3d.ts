import { z } from 'zod';
import { c, defineRoutes, Id, Page, problems, scalars } from './common/index.ts';
import { Patient, PatientQuery } from './patients.ts';

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

/** A job's id is made by the service: a UUID, or what the predecessor gave. */
export const JobId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .meta({ description: 'Identificador del trabajo' });
const pathParams = z.object({ id: JobId });

const anyOf = (text: string) => [...new Set(text.split(',').map((task) => task.trim().toLowerCase()))].filter(Boolean);

/** A number of a form: its text, or nothing. */
const formNumber = (number: z.ZodNumber) =>
  z.preprocess((value: number | undefined): unknown => {
    if (typeof value !== 'string') return value;
    const text = (value as string).trim();
    if (text === '') return undefined;
    return /^-?\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : text;
  }, number.optional());
const hounsfield = z.number().min(-32_768).max(32_767);

/** The text fields of an upload; the file comes beside them. */
export const JobFields = z
  .object({
    nombre_proceso: scalars.freeText(80, 3).optional.meta({ description: 'Nombre del proceso, 3 a 80 caracteres' }),
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
    id_paciente: z
      .preprocess((value: number | undefined) => ((value as unknown) === '' ? undefined : value), Id.optional())
      .meta({ description: 'Paciente propio al que pertenece el estudio' }),
    umbral_min: formNumber(hounsfield).meta({ description: 'Umbral inferior propio en HU, en lugar del de hueso' }),
    umbral_max: formNumber(hounsfield).meta({ description: 'Umbral superior propio en HU' }),
    suavizado: formNumber(z.int().min(0).max(100)).meta({ description: 'Iteraciones de suavizado, 0 a 100 (20)' }),
    reduccion: formNumber(z.number().min(0).max(0.95)).meta({
      description: 'Parte de los triángulos que se ahorra, 0 a 0,95 (0,75)',
    }),
    separar_partes: scalars.Flag.default(false).meta({ description: 'Cada parte conectada como su propio STL' }),
    serie: z
      .string()
      .trim()
      .max(64)
      .regex(/^[\d.]*$/, { error: 'Debe ser un SeriesInstanceUID o un número de serie' })
      .optional()
      .meta({ description: 'Serie que se convierte: SeriesInstanceUID o número (la mejor)' }),
  })
  .meta({ id: 'JobFields' });
export type JobFields = z.infer<typeof JobFields>;

/** What the SDK sends: the fields and the ZIP. In OpenAPI the file is a binary string. */
export const JobForm = JobFields.extend({
  file: z.string().meta({ format: 'binary', description: 'ZIP de archivos DICOM' }),
}).meta({ id: 'JobForm' });

/** The job's parameters as they were asked for. */
export const JobParams = z
  .object({
    nombre_proceso: z.string().nullable(),
    id_paciente: z.int().nullable(),
    enable_ortopedia: z.boolean(),
    enable_appendicular: z.boolean(),
    enable_muscles: z.boolean(),
    enable_hip_implant: z.boolean(),
    teeth: z.boolean(),
    cranio: z.boolean(),
    extra_tasks: z.array(z.string()),
    umbral_min: z.number().nullable(),
    umbral_max: z.number().nullable(),
    suavizado: z.int().nullable(),
    reduccion: z.number().nullable(),
    separar_partes: z.boolean(),
    serie: z.string().nullable(),
  })
  .meta({ id: 'JobParams', description: 'Lo que se pidió; null es el valor por omisión' });
export type JobParams = z.infer<typeof JobParams>;

/** A file of a finished job. */
export const JobFile = z
  .object({ filename: z.string(), size: z.int().meta({ description: 'Bytes' }) })
  .meta({ id: 'JobFile' });
export type JobFile = z.infer<typeof JobFile>;

/** Geometry of one mesh. Lengths in mm, in the patient's coordinates (LPS). */
export const MeshMetrics = z
  .object({
    filename: z.string(),
    tissue: z.string(),
    label: z.string().meta({ description: 'Nombre del tejido para personas' }),
    triangles: z.int(),
    vertices: z.int(),
    volume_cm3: z.number(),
    area_cm2: z.number(),
    bounding_box_mm: z.object({ min: z.array(z.number()).length(3), max: z.array(z.number()).length(3) }),
    components: z.int(),
    open_edges: z.int(),
    non_manifold_edges: z.int(),
    watertight: z.boolean(),
    size: z.int().meta({ description: 'Bytes' }),
    files: z
      .object({ stl: JobFile, glb: JobFile, png: JobFile })
      .optional()
      .meta({ description: 'El modelo para imprimir, para visores y como imagen; un trabajo antiguo no lo tiene' }),
  })
  .meta({ id: 'MeshMetrics' });
export type MeshMetrics = z.infer<typeof MeshMetrics>;

export const Job = z
  .object({
    job_id: z.string(),
    status: z.enum(JOB_STATUSES),
    phase: z.enum(JOB_PHASES),
    percent: z.int().min(0).max(100),
    params: JobParams,
    metrics: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Geometría, serie y duraciones de un trabajo terminado; sin datos del paciente' }),
    error: z.string().nullable(),
    created_at: z.string().nullable().meta({ format: 'date-time' }),
    updated_at: z.string().nullable().meta({ format: 'date-time' }),
    started_at: z.string().nullable().meta({ format: 'date-time' }),
    finished_at: z.string().nullable().meta({ format: 'date-time' }),
    log_tail: z.string().meta({ description: 'Las últimas líneas del registro' }),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof Job>;

export const JobProgress = z
  .object({
    status: z.enum(JOB_STATUSES),
    phase: z.enum(JOB_PHASES),
    percent: z.int().min(0).max(100),
    error: z.string().nullable(),
  })
  .meta({ id: 'JobProgress' });
export type JobProgress = z.infer<typeof JobProgress>;

export const JobLog = z
  .object({ job_id: z.string(), lines: z.array(z.string()), log: z.string(), total: z.int(), truncated: z.boolean() })
  .meta({ id: 'JobLog' });

export const JobStls = z
  .object({
    job_id: z.string(),
    count: z.int(),
    items: z.array(
      z
        .object({
          filename: z.string(),
          size: z.int().meta({ description: 'Bytes' }),
          url: z.string().meta({ description: 'URL firmada del STL; vence' }),
          glb_url: z.string().nullable().meta({ description: 'URL firmada del modelo para visores (GLB, en metros)' }),
          png_url: z.string().nullable().meta({ description: 'URL firmada de la imagen del modelo' }),
        })
        .and(MeshMetrics.partial()),
    ),
    threemf_url: z
      .string()
      .nullable()
      .meta({ description: 'URL firmada de todos los modelos en un 3MF, con nombres y colores' }),
  })
  .meta({ id: 'JobStls' });

export const JobResult = z
  .object({ job_id: z.string(), url: z.string(), expires_in: z.int().meta({ description: 'Segundos' }) })
  .meta({ id: 'JobResult' });

export const FinalizeBody = z
  .object({
    id_paciente: Id.nullish(),
    stl_size: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullish().meta({ description: 'Bytes' }),
    num_stl_archivos: z.int().min(0).max(100_000).nullish(),
    notas: scalars.clinicalText(10_000).optional,
  })
  .meta({ id: 'FinalizeBody' });
export type FinalizeBody = z.infer<typeof FinalizeBody>;

export const JobStl = z
  .object({
    id_jobstl: z.int(),
    job_id: z.string(),
    id_paciente: z.int().nullable(),
    stl_size: z.int().nullable(),
    num_stl_archivos: z.int().nullable(),
    notas: z.string().nullable(),
    created_at: z.string().nullable().meta({ format: 'date-time' }),
  })
  .meta({ id: 'JobStl' });
export type JobStl = z.infer<typeof JobStl>;

/** A job, and whose it is. */
export const TrackedJob = Job.extend({
  owner: z.object({
    id_usuario: z.int(),
    id_medico: z.int().nullable(),
    nombre: z.string(),
    apellido: z.string(),
    correo: z.string(),
  }),
}).meta({ id: 'TrackedJob' });

/** What a list of saved views needs: the documents are at `/visor/states/{id}`. */
const StateSummary = z
  .object({
    id_visor_estado: z.int(),
    id_medico: z.int(),
    id_paciente: z.int().nullable(),
    id_jobstl: z.int().nullable(),
    titulo: z.string(),
    descripcion: z.string().nullable(),
    creado_en: scalars.Instant,
    actualizado_en: scalars.Instant,
  })
  .meta({ id: 'ViewerStateSummary' });

/** What the viewer needs to open a job where it was left. */
export const JobStateContext = z
  .object({
    job_id: z.string(),
    job: Job,
    paciente: Patient.nullable().meta({ description: 'El paciente del trabajo, o el de su último resultado' }),
    jobstl: JobStl.nullable().meta({ description: 'El último resultado registrado' }),
    resultados: z.array(JobStl).meta({ description: 'Todos los resultados registrados, el más reciente primero' }),
    estados: z.array(StateSummary).meta({ description: 'Estados guardados, el último cambiado primero; 100 a lo más' }),
  })
  .meta({ id: 'JobStateContext' });
export type JobStateContext = z.infer<typeof JobStateContext>;

export const PatientWithStl = Patient.extend({
  total_stl: z.int(),
  ultimo_stl: z.string().nullable().meta({ format: 'date-time' }),
  resultados: z.array(JobStl).meta({ description: 'El más reciente primero' }),
}).meta({ id: 'PatientWithStl' });
export type PatientWithStl = z.infer<typeof PatientWithStl>;

export const JobStlNotesBody = z
  .object({
    notas: z
      .preprocess(
        (value: string | null | undefined) => (typeof value === 'string' && value.trim() === '' ? null : value),
        scalars.clinicalText(10_000).required.nullable(),
      )
      .meta({ description: 'null o un texto vacío las borra' }),
  })
  .meta({ id: 'JobStlNotesBody' });

const jobQuery = z.object({ status: z.enum(JOB_STATUSES).optional(), ...Page });
const resultParams = z.object({ id: Id });

const zip = c.otherResponse({ contentType: 'application/zip', body: c.type<Blob>() });
/** A model, a picture, a ZIP: its own media type is in the answer's header. */
const stored = c.otherResponse({ contentType: 'application/octet-stream', body: c.type<Blob>() });

export const som3d = defineRoutes({
  create: {
    method: 'POST',
    path: '/som3d/jobs',
    summary: 'Subir un estudio',
    description:
      'Recibe un ZIP de archivos DICOM y pone en cola su conversión a modelos STL. Con Idempotency-Key, repetir la solicitud (la misma longitud y los mismos campos antes del archivo) devuelve el primer trabajo. Un ZIP cuyo índice ya muestra que no sirve da un trabajo en estado error.',
    metadata: { access: 'bearer', form: JobForm, files: ['file'] },
    contentType: 'multipart/form-data',
    headers: { 'idempotency-key': z.string().min(1).max(128).optional() },
    body: c.type<FormData>(),
    responses: { 201: Job, 200: Job, ...problems(402, 403, 404, 409) },
  },
  list: {
    method: 'GET',
    path: '/som3d/jobs',
    summary: 'Trabajos, el más reciente primero',
    description: 'Un médico ve los suyos; un administrador, todos.',
    metadata: { access: 'bearer' },
    query: jobQuery,
    responses: { 200: z.array(Job) },
  },
  // Paths that are spelled out stand before /som3d/jobs/:id, which would take them for an id.
  mine: {
    method: 'GET',
    path: '/som3d/jobs/mine',
    summary: 'Los trabajos propios, también los de un administrador',
    metadata: { access: 'bearer' },
    query: jobQuery,
    responses: { 200: z.array(Job) },
  },
  tracking: {
    method: 'GET',
    path: '/som3d/jobs/tracking',
    summary: 'Todos los trabajos, con su dueño',
    metadata: { access: 'admin' },
    query: jobQuery,
    responses: { 200: z.array(TrackedJob) },
  },
  trackingMine: {
    method: 'GET',
    path: '/som3d/jobs/tracking/mine',
    summary: 'Los trabajos propios, con su dueño',
    metadata: { access: 'bearer' },
    query: jobQuery,
    responses: { 200: z.array(TrackedJob) },
  },
  get: {
    method: 'GET',
    path: '/som3d/jobs/:id',
    summary: 'Un trabajo',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: Job, ...problems(404) },
  },
  progress: {
    method: 'GET',
    path: '/som3d/jobs/:id/progress',
    summary: 'Avance de un trabajo',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: JobProgress, ...problems(404) },
  },
  log: {
    method: 'GET',
    path: '/som3d/jobs/:id/log',
    summary: 'Registro de un trabajo',
    metadata: { access: 'bearer' },
    pathParams,
    query: z.object({
      tail: z
        .preprocess(
          (value: number | undefined) => (typeof value === 'string' && value !== '' ? Number(value) : value),
          z.int().min(1).max(10_000),
        )
        .optional()
        .meta({ description: 'Cuántas de las últimas líneas (200)' }),
      full: scalars.Flag.optional().meta({ description: 'Todas las líneas' }),
    }),
    responses: { 200: JobLog, ...problems(404) },
  },
  logRaw: {
    method: 'GET',
    path: '/som3d/jobs/:id/log/raw',
    summary: 'Registro de un trabajo como texto',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: c.otherResponse({ contentType: 'text/plain', body: z.string() }), ...problems(404) },
  },
  stateContext: {
    method: 'GET',
    path: '/som3d/jobs/:id/state-context',
    summary: 'Lo que el visor necesita para abrir un trabajo donde se dejó',
    description:
      'El trabajo, su paciente, sus resultados y los estados guardados (sin sus documentos). Un médico ve sus estados; un administrador, todos.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: JobStateContext, ...problems(404) },
  },
  stls: {
    method: 'GET',
    path: '/som3d/jobs/:id/stls',
    summary: 'Los modelos de un trabajo',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: JobStls, ...problems(404, 409) },
  },
  result: {
    method: 'GET',
    path: '/som3d/jobs/:id/result',
    summary: 'URL firmada del resultado',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: JobResult, ...problems(404, 409) },
  },
  resultBytes: {
    method: 'GET',
    path: '/som3d/jobs/:id/result/bytes',
    summary: 'El resultado, un ZIP',
    description: 'Admite Range e If-None-Match.',
    metadata: { access: 'bearer' },
    pathParams,
    headers: { range: z.string().max(200).optional() },
    responses: { 200: zip, 206: zip, 304: c.noBody(), ...problems(404, 409, 416) },
  },
  jobFile: {
    method: 'GET',
    path: '/som3d/jobs/:id/files/:name',
    summary: 'Un archivo de un trabajo terminado, por su nombre',
    description:
      'Los que nombra su manifiesto: modelos (STL, GLB), imágenes (PNG), el 3MF de todos, manifest.json y el ZIP. Admite Range e If-None-Match.',
    metadata: { access: 'bearer' },
    pathParams: pathParams.extend({ name: z.string().min(1).max(200) }),
    headers: { range: z.string().max(200).optional() },
    responses: { 200: stored, 206: stored, 304: c.noBody(), ...problems(404, 409, 416) },
  },
  file: {
    method: 'GET',
    path: '/som3d/files/:token',
    summary: 'Un archivo por su URL firmada',
    description: 'La firma nombra el archivo y su vencimiento; sirve sin sesión hasta entonces. Admite Range.',
    metadata: { access: 'public' },
    pathParams: z.object({ token: z.string().min(1).max(1000) }),
    headers: { range: z.string().max(200).optional() },
    responses: { 200: stored, 206: stored, 304: c.noBody(), ...problems(403, 404, 416) },
  },
  finalize: {
    method: 'POST',
    path: '/som3d/jobs/:id/finalize',
    summary: 'Registrar el resultado de un paciente',
    metadata: { access: 'bearer' },
    pathParams,
    body: FinalizeBody,
    responses: { 200: JobStl, ...problems(400, 403, 404, 409) },
  },
  cancel: {
    method: 'DELETE',
    path: '/som3d/jobs/:id',
    summary: 'Cancelar un trabajo',
    description: 'Cancela uno en cola o en curso; repetirlo no cambia nada. Uno terminado responde 409.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: Job, ...problems(404, 409) },
  },
  updateResultNotes: {
    method: 'PATCH',
    path: '/som3d/jobstl/:id/notes',
    summary: 'Cambiar las notas de un resultado',
    metadata: { access: 'bearer' },
    pathParams: resultParams,
    body: JobStlNotesBody,
    responses: { 200: JobStl, ...problems(404) },
  },
  removeResult: {
    method: 'DELETE',
    path: '/som3d/jobstl/:id',
    summary: 'Eliminar un resultado',
    description:
      'Elimina también sus estados del visor y, si ningún otro paciente tiene el mismo resultado, los archivos guardados.',
    metadata: { access: 'bearer' },
    pathParams: resultParams,
    responses: { 204: c.noBody(), ...problems(404) },
  },
  patientsWithStl: {
    method: 'GET',
    path: '/som3d/patients-with-stl',
    summary: 'Pacientes con resultados 3D, el del último resultado primero',
    description: 'Un médico ve los suyos; un administrador, todos.',
    metadata: { access: 'bearer' },
    query: z.object({ q: PatientQuery.shape.q, ...Page }),
    responses: { 200: z.array(PatientWithStl) },
  },
});
