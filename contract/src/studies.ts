import { z } from 'zod';
import { c, defineRoutes, fields, Id, Page, problems, scalars } from './common/index.ts';

export const Study = z
  .object({
    id_estudio: z.int(),
    id_paciente: z.int(),
    id_medico: z.int().meta({ description: 'El médico del paciente' }),
    modalidad: fields.modalidad.nullable(),
    fecha_estudio: scalars.Instant,
    descripcion: fields.studyTitle.nullable(),
    notas: fields.notas.nullable(),
  })
  .meta({ id: 'Study', description: 'Un estudio de imagen de un paciente' });
export type Study = z.infer<typeof Study>;

/** The fields that may be empty. @param form how an empty value is taken */
function details(form: 'optional' | 'clearable') {
  return {
    modalidad: scalars.freeText(20, 1, 'CT')[form],
    descripcion: scalars.freeText(200, 1, 'TAC de rodilla derecha')[form],
    notas: scalars.clinicalText(10_000, 1, 'Cortes de 0,6 mm, sin contraste.')[form],
  };
}

export const CreateStudyBody = z
  .object({
    id_paciente: Id,
    fecha_estudio: scalars.instant.optional,
    ...details('optional'),
  })
  .meta({ id: 'CreateStudyBody', description: 'Un estudio nuevo de un paciente' });
export type CreateStudyBody = z.infer<typeof CreateStudyBody>;

/** A study stays with its patient; only its contents can change. */
export const UpdateStudyBody = z.object({ fecha_estudio: scalars.instant.patch, ...details('clearable') }).meta({
  id: 'UpdateStudyBody',
  description: 'Lo que cambia de un estudio',
  examples: [{ notas: 'Cortes de 0,6 mm, sin contraste.' }],
});
export type UpdateStudyBody = z.infer<typeof UpdateStudyBody>;

export const StudyQuery = z.object({
  paciente_id: Id.optional().meta({ description: 'Solo los de este paciente' }),
  ...Page,
});
export type StudyQuery = z.infer<typeof StudyQuery>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador del estudio' }) });

export const studies = defineRoutes({
  list: {
    method: 'GET',
    path: '/studies',
    summary: 'Estudios, el más reciente primero',
    description: 'Un médico ve los suyos; un administrador, todos.',
    metadata: { access: 'medico+admin' },
    query: StudyQuery,
    responses: { 200: z.array(Study) },
  },
  create: {
    method: 'POST',
    path: '/studies',
    summary: 'Registrar un estudio',
    description: 'El estudio es de un paciente propio. Sin fecha_estudio, la de este momento.',
    metadata: { access: 'medico+admin' },
    body: CreateStudyBody,
    responses: { 201: Study, ...problems(403, 404) },
  },
  get: {
    method: 'GET',
    path: '/studies/:id',
    summary: 'Un estudio',
    description: 'Un estudio con su paciente y su médico.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 200: Study, ...problems(403, 404) },
  },
  update: {
    method: 'PATCH',
    path: '/studies/:id',
    summary: 'Cambiar un estudio',
    description: 'Un campo ausente queda como está; null vacía un campo que puede estar vacío.',
    metadata: { access: 'medico+admin' },
    pathParams,
    body: UpdateStudyBody,
    responses: { 200: Study, ...problems(403, 404) },
  },
  remove: {
    method: 'DELETE',
    path: '/studies/:id',
    summary: 'Eliminar un estudio',
    description: 'La auditoría clínica conserva lo eliminado.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(403, 404) },
  },
});
