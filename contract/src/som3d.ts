import { z } from 'zod';
import { c, defineRoutes, Id, numeric, Page, problems, scalars } from './common/index.ts';
import { PatientQuery } from './patients.ts';
import {
  Job,
  JOB_STATUSES,
  JobForm,
  JobId,
  JobList,
  JobLog,
  JobProgress,
  PriorityBody,
  TrackedJobList,
  UpdateJobBody,
} from './som3d.jobs.ts';
import { JobFromUpload } from './som3d.uploads.ts';
import {
  FinalizeBody,
  JobResult,
  JobStateContext,
  JobStl,
  JobStlNotesBody,
  JobStls,
  PatientWithStl,
} from './som3d.results.ts';

const pathParams = z.object({ id: JobId });
const jobQuery = z.object({
  status: z
    .enum(JOB_STATUSES)
    .optional()
    .meta({ description: 'Solo los de este estado', examples: ['done'] }),
  id_paciente: numeric(Id)
    .optional()
    .meta({ description: 'Solo los de este paciente', examples: [17] }),
  q: z
    .string()
    .trim()
    .max(100)
    .optional()
    .meta({
      description: 'En el nombre del proceso, o en nombres, apellidos o documento del paciente',
      examples: ['rodilla'],
    }),
  ...Page,
});
const range = z
  .string()
  .max(200)
  .optional()
  .meta({ description: 'La parte que se pide, en bytes; responde 206', examples: ['bytes=0-1023'] });
const resultParams = z.object({ id: Id.meta({ description: 'Identificador del resultado' }) });

/** A model of binary glTF. */
const glb = c.otherResponse({ contentType: 'model/gltf-binary', body: c.type<Blob>() });
const zip = c.otherResponse({ contentType: 'application/zip', body: c.type<Blob>() });
/** A model, a picture or a ZIP: the answer's header holds its own media type. */
const stored = c.otherResponse({ contentType: 'application/octet-stream', body: c.type<Blob>() });
const STORED_MEDIA = [
  'application/octet-stream',
  'model/stl',
  'model/gltf-binary',
  'model/3mf',
  'image/png',
  'application/zip',
  'application/json',
] as const;
const progressEvents = {
  name: 'progress',
  description: 'Server-sent events: cada evento `progress` lleva en `data` un JobProgress entero, como JSON.',
  data: JobProgress,
} as const;
const logText = c.otherResponse({
  contentType: 'text/plain',
  body: z.string().meta({ examples: ['Lectura terminada: 214 cortes\n'] }),
});
/** Server-sent events: they arrive while the client reads the answer. */
const eventStream = c.otherResponse({ contentType: 'text/event-stream', body: c.type<Blob>() });

export const som3d = defineRoutes({
  create: {
    method: 'POST',
    path: '/som3d/jobs',
    summary: 'Subir un estudio',
    description:
      'Recibe un ZIP de archivos DICOM y pone en cola su conversión a modelos STL. Con Idempotency-Key, repetir la solicitud (el mismo archivo y los mismos campos) devuelve el primer trabajo; otra subida con la misma clave es un 409. Un ZIP cuyo índice ya muestra que no sirve da un trabajo en estado error.',
    metadata: {
      access: 'bearer',
      form: JobForm,
      files: { file: 'application/zip' },
    },
    contentType: 'multipart/form-data',
    headers: {
      'idempotency-key': z
        .string()
        .min(1)
        .max(128)
        .optional()
        .meta({
          description: 'Un valor único por subida; con él, repetirla no crea otro trabajo',
          examples: ['subida-2026-03-02-01'],
        }),
    },
    body: c.type<FormData>(),
    responses: { 201: Job, 200: Job, ...problems(402, 403, 404, 409, 429, 507) },
  },
  createFromUpload: {
    method: 'POST',
    path: '/som3d/jobs/from-upload',
    summary: 'Crear un trabajo de una subida reanudable',
    description:
      'Hace de una subida completa lo que POST /som3d/jobs hace de un formulario, con los mismos campos y reglas. Una subida da un solo trabajo: repetir la solicitud con los mismos campos lo devuelve con 200, y con otros es un 409, como si faltan bytes.',
    metadata: { access: 'bearer' },
    body: JobFromUpload,
    responses: { 201: Job, 200: Job, ...problems(402, 403, 404, 409, 410, 423, 429, 507) },
  },
  list: {
    method: 'GET',
    path: '/som3d/jobs',
    summary: 'Trabajos, el más reciente primero',
    description: 'Un médico ve los suyos; un administrador, todos.',
    metadata: { access: 'bearer' },
    query: jobQuery,
    responses: { 200: JobList },
  },
  // Literal paths come before /som3d/jobs/:id, which would match them as an id.
  mine: {
    method: 'GET',
    path: '/som3d/jobs/mine',
    summary: 'Los trabajos propios, también los de un administrador',
    description: 'Los trabajos que subió quien pregunta. Se filtran por estado.',
    metadata: { access: 'bearer' },
    query: jobQuery,
    responses: { 200: JobList },
  },
  tracking: {
    method: 'GET',
    path: '/som3d/jobs/tracking',
    summary: 'Todos los trabajos, con su dueño',
    description: 'Los trabajos de todos, cada uno con quien lo subió.',
    metadata: { access: 'admin' },
    query: jobQuery,
    responses: { 200: TrackedJobList },
  },
  trackingMine: {
    method: 'GET',
    path: '/som3d/jobs/tracking/mine',
    summary: 'Los trabajos propios, con su dueño',
    description: 'Los trabajos que subió quien pregunta, cada uno con su dueño.',
    metadata: { access: 'bearer' },
    query: jobQuery,
    responses: { 200: TrackedJobList },
  },
  get: {
    method: 'GET',
    path: '/som3d/jobs/:id',
    summary: 'Un trabajo',
    description:
      'El estado de un trabajo, su avance, lo que se pidió, lo que se midió y las últimas líneas de su registro.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: Job, ...problems(404) },
  },
  progress: {
    method: 'GET',
    path: '/som3d/jobs/:id/progress',
    summary: 'Avance de un trabajo',
    description:
      'El estado, la fase y el porcentaje. Se puede preguntar cada pocos segundos; /events avisa sin preguntar.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: JobProgress, ...problems(404) },
  },
  events: {
    method: 'GET',
    path: '/som3d/jobs/:id/events',
    summary: 'Avance de un trabajo, en vivo',
    description:
      'Server-sent events: cada evento `progress` lleva un JobProgress entero en `data`, y su `id` lo identifica; el primero con `preview` avisa que hay un primer modelo. Con Last-Event-ID nada se envía hasta que el avance sea otro; cualquier proceso de la API lo entiende. El último evento es el del fin del trabajo y cierra la respuesta; quien lo tiene ya recibe 204. La respuesta se cierra también cuando vence el token, a los diez minutos, si el trabajo se elimina y al reiniciar el servicio: se reanuda con Last-Event-ID. 429 con demasiadas a la vez de un usuario, 503 de todos; entonces sirve /progress.',
    metadata: { access: 'bearer', events: progressEvents },
    pathParams,
    headers: {
      'last-event-id': z
        .string()
        .optional()
        .meta({ description: 'El `id` del último evento recibido', examples: ['1'] }),
    },
    responses: { 200: eventStream, 204: c.noBody(), ...problems(404, 429, 503) },
  },
  log: {
    method: 'GET',
    path: '/som3d/jobs/:id/log',
    summary: 'Registro de un trabajo',
    description: 'Las últimas líneas del registro, o todas.',
    metadata: { access: 'bearer' },
    pathParams,
    query: z.object({
      tail: numeric(z.int().min(0).max(10_000))
        .optional()
        .meta({ description: 'Cuántas de las últimas líneas (200); 0, todas', default: 200 }),
      full: scalars.Flag.optional().meta({ description: 'Todas las líneas', default: false }),
    }),
    responses: { 200: JobLog, ...problems(404) },
  },
  logText: {
    method: 'GET',
    path: '/som3d/jobs/:id/log/raw',
    summary: 'Registro de un trabajo como texto',
    description: 'El registro entero, una línea por renglón.',
    metadata: { access: 'bearer' },
    pathParams,
    query: z.object({
      download: scalars.Flag.optional().meta({ description: 'Para guardarlo como archivo', default: false }),
    }),
    responses: { 200: logText, ...problems(404) },
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
    description:
      'Cada modelo con sus medidas y las direcciones firmadas de sus archivos, que sirven sin sesión hasta que vencen. 409 mientras el trabajo no termina.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: JobStls, ...problems(404, 409) },
  },
  result: {
    method: 'GET',
    path: '/som3d/jobs/:id/result',
    summary: 'URL firmada del resultado',
    description:
      'Una dirección que sirve sin sesión hasta que vence, por ejemplo para otro programa. 409 mientras el trabajo no termina.',
    metadata: { access: 'bearer' },
    pathParams,
    query: z.object({
      expires: numeric(z.int().min(60).max(86_400))
        .optional()
        .meta({ description: 'Segundos hasta que vence; sin valor decide el servidor', examples: [3600] }),
    }),
    responses: { 200: JobResult, ...problems(404, 409) },
  },
  resultBytes: {
    method: 'GET',
    path: '/som3d/jobs/:id/result/bytes',
    summary: 'El resultado, un ZIP',
    description: 'Admite Range e If-None-Match.',
    metadata: { access: 'bearer' },
    pathParams,
    headers: { range },
    responses: { 200: zip, 206: zip, 304: c.noBody(), ...problems(404, 409, 416) },
  },
  preview: {
    method: 'GET',
    path: '/som3d/jobs/:id/preview',
    summary: 'Un primer modelo de un trabajo en curso',
    description:
      'Un GLB de 60 000 triángulos como máximo para mirar mientras el trabajo sigue; no sirve para medir ni imprimir. Existe desde que el avance tiene `preview` y hasta que el trabajo termina; sin él, 404. Un intento nuevo lo hace de nuevo. Admite Range e If-None-Match.',
    metadata: { access: 'bearer' },
    pathParams,
    headers: { range },
    responses: { 200: glb, 206: glb, 304: c.noBody(), ...problems(404, 416) },
  },
  jobFile: {
    method: 'GET',
    path: '/som3d/jobs/:id/files/:name',
    summary: 'Un archivo de un trabajo terminado, por su nombre',
    description:
      'Los que nombra su manifiesto: modelos (STL, GLB), imágenes (PNG), el 3MF de todos, manifest.json y el ZIP. Admite Range e If-None-Match.',
    metadata: { access: 'bearer', media: STORED_MEDIA },
    pathParams: pathParams.extend({
      name: z
        .string()
        .min(1)
        .max(200)
        .meta({ description: 'Nombre del archivo', examples: ['bone.stl'] }),
    }),
    headers: { range },
    responses: { 200: stored, 206: stored, 304: c.noBody(), ...problems(404, 409, 416) },
  },
  file: {
    method: 'GET',
    path: '/som3d/files/:token',
    summary: 'Un archivo por su URL firmada',
    description: 'La firma nombra el archivo y su vencimiento; sirve sin sesión hasta entonces. Admite Range.',
    metadata: { access: 'public', media: STORED_MEDIA },
    pathParams: z.object({
      token: z
        .string()
        .min(1)
        .max(1000)
        .meta({ description: 'La firma, de una URL del servicio', examples: ['eyJmIjoiYm9uZS5zdGwifQ.c2lnbmF0dXJl'] }),
    }),
    headers: { range },
    responses: { 200: stored, 206: stored, 304: c.noBody(), ...problems(403, 404, 416) },
  },
  finalize: {
    method: 'POST',
    path: '/som3d/jobs/:id/finalize',
    summary: 'Registrar el resultado de un paciente',
    description:
      'Guarda en el historial del paciente que este trabajo dio un resultado. 409 mientras el trabajo no termina.',
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
  update: {
    method: 'PATCH',
    path: '/som3d/jobs/:id',
    summary: 'Cambiar el nombre o el paciente de un trabajo',
    description:
      'En cualquier estado. Con otro paciente pasan también sus resultados registrados y las vistas que estaban con el anterior.',
    metadata: { access: 'bearer' },
    pathParams,
    body: UpdateJobBody,
    responses: { 200: Job, ...problems(403, 404) },
  },
  remove: {
    method: 'DELETE',
    path: '/som3d/jobs/:id/record',
    summary: 'Eliminar un trabajo que terminó',
    description:
      'Elimina el trabajo con su registro, sus resultados, sus estados del visor y sus archivos. Uno en cola o en curso responde 409: cancélelo antes.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(404, 409) },
  },
  prioritize: {
    method: 'PATCH',
    path: '/som3d/jobs/:id/priority',
    summary: 'Adelantar o atrasar un trabajo en cola',
    description: 'Entre los de igual prioridad va antes el más antiguo. Uno que ya no está en cola responde 409.',
    metadata: { access: 'admin' },
    pathParams,
    body: PriorityBody,
    responses: { 200: Job, ...problems(404, 409) },
  },
  updateResultNotes: {
    method: 'PATCH',
    path: '/som3d/jobstl/:id/notes',
    summary: 'Cambiar las notas de un resultado',
    description: 'Cambia o borra las notas de un resultado registrado.',
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
    summary: 'Resultados 3D con su paciente, el más reciente primero',
    description: 'Una fila por resultado. Un médico ve los de sus pacientes; un administrador, todos.',
    metadata: { access: 'bearer' },
    query: z.object({ q: PatientQuery.shape.q, ...Page }),
    responses: { 200: z.array(PatientWithStl) },
  },
});
