import { z } from 'zod';
import { c, defineRoutes, Id, Page, problems, scalars } from './common/index.ts';
import { JobId } from './som3d.jobs.ts';

/** Largest of the four documents of a viewer state, in bytes of UTF-8. */
export const MAX_STATE_JSON_BYTES = 1024 * 1024;
/** Room for four documents with every byte escaped (`\"`, or `\uXXXX` for two bytes), and the rest of the body. */
const BODY_BYTES = 4 * 3 * MAX_STATE_JSON_BYTES + 64 * 1024;

export const ViewerState = z
  .object({
    id_visor_estado: z.int(),
    id_medico: z.int(),
    id_paciente: z.int().nullable(),
    id_jobstl: z.int().nullable(),
    titulo: z.string(),
    descripcion: z.string().nullable(),
    ui_json: z.string(),
    modelos_json: z.string(),
    notas_json: z.string(),
    i18n_json: z.string(),
    creado_en: scalars.Instant,
    actualizado_en: scalars.Instant,
  })
  .meta({ id: 'ViewerState' });
export type ViewerState = z.infer<typeof ViewerState>;

const json = scalars
  .jsonText(MAX_STATE_JSON_BYTES)
  .meta({ description: 'JSON como texto, 1 MiB como máximo; se devuelve tal como se envió' });

const links = { id_paciente: Id.nullish(), id_jobstl: Id.nullish() };

export const CreateViewerStateBody = z
  .object({
    titulo: scalars.freeText(200).required,
    descripcion: scalars.freeText(400).optional,
    ui_json: json,
    modelos_json: json,
    notas_json: json,
    i18n_json: json,
    ...links,
  })
  .meta({ id: 'CreateViewerStateBody' });
export type CreateViewerStateBody = z.infer<typeof CreateViewerStateBody>;

export const UpdateViewerStateBody = z
  .object({
    titulo: scalars.freeText(200).patch,
    descripcion: scalars.freeText(400).clearable,
    ui_json: json.optional(),
    modelos_json: json.optional(),
    notas_json: json.optional(),
    i18n_json: json.optional(),
    ...links,
  })
  .meta({ id: 'UpdateViewerStateBody' });
export type UpdateViewerStateBody = z.infer<typeof UpdateViewerStateBody>;

export const ViewerStateQuery = z.object({ paciente_id: Id.optional(), job_id: JobId.optional(), ...Page });
export type ViewerStateQuery = z.infer<typeof ViewerStateQuery>;

const pathParams = z.object({ id: Id });

export const visor = defineRoutes({
  create: {
    method: 'POST',
    path: '/visor/states',
    summary: 'Guardar un estado del visor',
    description: 'Solo un médico guarda estados. El paciente y el resultado 3D deben ser propios.',
    metadata: { access: 'medico+admin', bodyBytes: BODY_BYTES },
    body: CreateViewerStateBody,
    responses: { 201: ViewerState, ...problems(403, 404, 507) },
  },
  list: {
    method: 'GET',
    path: '/visor/states',
    summary: 'Estados del visor, el más reciente primero',
    description:
      'Un médico ve los suyos; un administrador, todos. Una respuesta lleva 16 MiB de documentos como máximo (y siempre una fila): puede traer menos filas que limit. X-Total-Count dice cuántas hay y Link dónde sigue.',
    metadata: { access: 'medico+admin' },
    query: ViewerStateQuery,
    responses: { 200: z.array(ViewerState) },
  },
  get: {
    method: 'GET',
    path: '/visor/states/:id',
    summary: 'Un estado del visor',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 200: ViewerState, ...problems(403, 404) },
  },
  update: {
    method: 'PATCH',
    path: '/visor/states/:id',
    summary: 'Cambiar un estado del visor',
    description: 'Solo el médico que lo guardó. Un campo ausente queda como está; null desvincula o vacía.',
    metadata: { access: 'medico+admin', bodyBytes: BODY_BYTES },
    pathParams,
    body: UpdateViewerStateBody,
    responses: { 200: ViewerState, ...problems(403, 404) },
  },
  remove: {
    method: 'DELETE',
    path: '/visor/states/:id',
    summary: 'Eliminar un estado del visor',
    description: 'Solo el médico que lo guardó.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(403, 404) },
  },
});
