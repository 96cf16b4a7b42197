import { z } from 'zod';
import { c, defineRoutes, fields, Id, Page, problems, scalars } from './common/index.ts';
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
    titulo: fields.stateTitle,
    descripcion: fields.stateTitle.nullable(),
    ui_json: fields.ui_json,
    modelos_json: fields.modelos_json,
    notas_json: fields.notas_json,
    i18n_json: fields.i18n_json,
    creado_en: scalars.Instant,
    actualizado_en: scalars.Instant,
  })
  .meta({ id: 'ViewerState', description: 'Un estado guardado del visor, con sus cuatro documentos' });
export type ViewerState = z.infer<typeof ViewerState>;

const DOCUMENT = 'JSON como texto, 1 MiB como máximo; se devuelve tal como se envió';
const object = scalars.jsonText(MAX_STATE_JSON_BYTES, '{}', '{"camara":[0,0,300]}');
const list = scalars.jsonText(MAX_STATE_JSON_BYTES, '[]', '[{"archivo":"bone.stl","visible":true}]');

/** The four documents. @param form `required` at creation, `patch` in an update */
function documents<Form extends 'required' | 'patch'>(form: Form) {
  const anObject = object[form].meta({ description: `${DOCUMENT}; vacío es {}` }) as (typeof object)[Form];
  const aList = list[form].meta({ description: `${DOCUMENT}; vacío es []` }) as (typeof list)[Form];
  return { ui_json: anObject, modelos_json: aList, notas_json: aList, i18n_json: anObject };
}

const links = { id_paciente: Id.nullish(), id_jobstl: Id.nullish() };

export const CreateViewerStateBody = z
  .object({
    titulo: scalars.freeText(200, 1, 'Planeación de la rodilla derecha').required,
    descripcion: scalars.freeText(400, 1, 'Vista anterior, con el fémur oculto').optional,
    ...documents('required'),
    ...links,
  })
  .meta({ id: 'CreateViewerStateBody', description: 'Un estado del visor nuevo, con sus cuatro documentos' });
export type CreateViewerStateBody = z.infer<typeof CreateViewerStateBody>;

export const UpdateViewerStateBody = z
  .object({
    titulo: scalars.freeText(200, 1, 'Planeación de la rodilla derecha').patch,
    descripcion: scalars.freeText(400, 1, 'Vista anterior, con el fémur oculto').clearable,
    ...documents('patch'),
    ...links,
  })
  .meta({
    id: 'UpdateViewerStateBody',
    description: 'Lo que cambia de un estado del visor',
    examples: [{ titulo: 'Planeación final de la rodilla derecha' }],
  });
export type UpdateViewerStateBody = z.infer<typeof UpdateViewerStateBody>;

export const ViewerStateQuery = z.object({
  paciente_id: Id.optional().meta({ description: 'El del estado, o el de su resultado' }),
  job_id: JobId.optional(),
  ...Page,
});
export type ViewerStateQuery = z.infer<typeof ViewerStateQuery>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador del estado del visor' }) });

export const visor = defineRoutes({
  create: {
    method: 'POST',
    path: '/visor/states',
    summary: 'Guardar un estado del visor',
    description:
      'El paciente y el resultado 3D deben ser propios. Sin paciente, el del resultado. Lo que guarda un administrador es del médico del paciente o del resultado.',
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
    description: 'Un estado del visor con sus cuatro documentos, tal como se enviaron.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 200: ViewerState, ...problems(403, 404) },
  },
  update: {
    method: 'PATCH',
    path: '/visor/states/:id',
    summary: 'Cambiar un estado del visor',
    description:
      'El médico que lo guardó o un administrador. Un campo ausente queda como está; null desvincula o vacía. Un documento antiguo que no es JSON se acepta si no cambia.',
    metadata: { access: 'medico+admin', bodyBytes: BODY_BYTES },
    pathParams,
    body: UpdateViewerStateBody,
    responses: { 200: ViewerState, ...problems(403, 404) },
  },
  remove: {
    method: 'DELETE',
    path: '/visor/states/:id',
    summary: 'Eliminar un estado del visor',
    description: 'El médico que lo guardó o un administrador.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(403, 404) },
  },
});
