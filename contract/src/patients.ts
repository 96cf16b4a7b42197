import { z } from 'zod';
import { c, choice, defineRoutes, fields, filter, Id, Page, problems, scalars } from './common/index.ts';

export const PATIENT_STATES = ['ACTIVO', 'INACTIVO'] as const;
const estado = choice(PATIENT_STATES).meta({ description: 'ACTIVO o INACTIVO', examples: ['ACTIVO'] });

export const Patient = z
  .object({
    id_paciente: z.int(),
    id_medico: z.int(),
    doc_tipo: fields.doc_tipo.nullable(),
    doc_numero: fields.doc_numero.nullable(),
    nombres: fields.nombres,
    apellidos: fields.apellidos,
    fecha_nacimiento: z.string().nullable().meta({ format: 'date' }),
    sexo: fields.sexo.nullable(),
    telefono: fields.telefono.nullable(),
    correo: fields.correo.nullable(),
    direccion: fields.direccion.nullable(),
    ciudad: fields.ciudad.nullable(),
    estado: z.enum(PATIENT_STATES),
  })
  .meta({ id: 'Patient', description: 'Un paciente de un médico' });
export type Patient = z.infer<typeof Patient>;

/** The fields that may be empty. @param form how an empty value is taken */
function details(form: 'optional' | 'clearable') {
  return {
    doc_tipo: scalars.docTipo[form],
    doc_numero: scalars.docNumero[form],
    fecha_nacimiento: scalars.fechaNacimiento[form],
    sexo: scalars.sexo[form],
    telefono: scalars.telefono[form],
    correo: scalars.correoPaciente[form],
    direccion: scalars.freeText(200)[form],
    ciudad: scalars.ciudadPaciente[form],
    estado: estado.optional(),
  };
}

export const CreatePatientBody = z
  .object({ nombres: scalars.personName.required, apellidos: scalars.surname.required, ...details('optional') })
  .meta({
    id: 'CreatePatientBody',
    description: 'Un paciente nuevo; solo los nombres y los apellidos son obligatorios',
  });
export type CreatePatientBody = z.infer<typeof CreatePatientBody>;

export const UpdatePatientBody = z
  .object({ nombres: scalars.personName.patch, apellidos: scalars.surname.patch, ...details('clearable') })
  .meta({
    id: 'UpdatePatientBody',
    description: 'Los datos de un paciente que cambian; null vacía un campo que puede estar vacío',
    examples: [{ telefono: '+573104567890', ciudad: 'Medellín' }],
  });
export type UpdatePatientBody = z.infer<typeof UpdatePatientBody>;

export const PatientQuery = z.object({
  estado: filter(PATIENT_STATES),
  doc_numero: z
    .string()
    .trim()
    .max(40)
    .optional()
    .meta({ description: 'Parte del número de documento', examples: ['1032'] }),
  q: z
    .string()
    .trim()
    .max(100)
    .optional()
    .meta({ description: 'En nombres, apellidos o documento', examples: ['gómez'] }),
  ...Page,
});
export type PatientQuery = z.infer<typeof PatientQuery>;

export const ClinicalNote = z
  .object({
    id_note: z.int(),
    id_paciente: z.int(),
    id_medico: z.int(),
    segmento: fields.segmento,
    texto: fields.texto,
    anchor_json: fields.anchor_json.nullable().meta({ description: 'Lugar en un modelo 3D, JSON como texto' }),
    created_at: scalars.Instant,
    updated_at: scalars.Instant,
  })
  .meta({ id: 'ClinicalNote', description: 'Una nota clínica sobre una región del cuerpo de un paciente' });
export type ClinicalNote = z.infer<typeof ClinicalNote>;

/** The limit of the column, in bytes. */
const anchor = scalars.jsonText(65_535, '', '{"archivo":"bone.stl","punto":[12.5,-4,30]}');

export const CreateNoteBody = z
  .object({
    segmento: scalars.segmento.optional.meta({ description: 'Sin valor, GENERAL' }),
    texto: scalars.clinicalText(10_000, 1, 'Fractura de la meseta tibial, sin desplazamiento.').required,
    anchor_json: anchor.optional,
  })
  .meta({ id: 'CreateNoteBody', description: 'Una nota clínica nueva' });
export type CreateNoteBody = z.infer<typeof CreateNoteBody>;

export const UpdateNoteBody = z
  .object({
    segmento: scalars.segmento.patch,
    texto: scalars.clinicalText(10_000, 1, 'Fractura de la meseta tibial, sin desplazamiento.').patch,
    anchor_json: anchor.clearable,
  })
  .meta({
    id: 'UpdateNoteBody',
    description: 'Lo que cambia de una nota',
    examples: [{ texto: 'Fractura de la meseta tibial, ya consolidada.' }],
  });
export type UpdateNoteBody = z.infer<typeof UpdateNoteBody>;

export const NoteQuery = z.object({ segmento: scalars.segmento.patch, ...Page });
export type NoteQuery = z.infer<typeof NoteQuery>;

const zip = c.otherResponse({ contentType: 'application/zip', body: c.type<Blob>() });
const pathParams = z.object({ id: Id.meta({ description: 'Identificador del paciente' }) });
const noteParams = pathParams.extend({ note_id: Id.meta({ description: 'Identificador de la nota' }) });

export const patients = defineRoutes({
  list: {
    method: 'GET',
    path: '/patients',
    summary: 'Pacientes, el más reciente primero',
    description: 'Un médico ve los suyos; un administrador, todos.',
    metadata: { access: 'medico+admin' },
    query: PatientQuery,
    responses: { 200: z.array(Patient) },
  },
  create: {
    method: 'POST',
    path: '/patients',
    summary: 'Crear un paciente',
    description: 'El paciente es del médico que lo crea. 409 si ese médico ya tiene uno con el mismo documento.',
    metadata: { access: 'medico' },
    body: CreatePatientBody,
    responses: { 201: Patient, ...problems(409) },
  },
  get: {
    method: 'GET',
    path: '/patients/:id',
    summary: 'Un paciente',
    description: 'Los datos de un paciente. Un médico ve los suyos; un administrador, los de todos.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 200: Patient, ...problems(403, 404) },
  },
  exportData: {
    method: 'GET',
    path: '/patients/:id/export',
    summary: 'Todo lo que hay de un paciente, un ZIP',
    description:
      'LEAME.txt, los datos, notas, estudios, resultados, estados del visor y la auditoría como JSON, y los modelos de cada trabajo (Ley 1581 de 2012). Se arma mientras se envía. La auditoría guarda quién lo pidió.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 200: zip, ...problems(403, 404) },
  },
  update: {
    method: 'PATCH',
    path: '/patients/:id',
    summary: 'Cambiar un paciente',
    description: 'Un campo ausente queda como está; null vacía un campo que puede estar vacío.',
    metadata: { access: 'medico+admin' },
    pathParams,
    body: UpdatePatientBody,
    responses: { 200: Patient, ...problems(403, 404, 409) },
  },
  remove: {
    method: 'DELETE',
    path: '/patients/:id',
    summary: 'Eliminar un paciente',
    description:
      'Elimina también sus estudios, notas y estados del visor, y desvincula sus resultados 3D. La auditoría clínica conserva lo eliminado.',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(403, 404) },
  },
  listNotes: {
    method: 'GET',
    path: '/patients/:id/notes',
    summary: 'Notas de un paciente, la más reciente primero',
    description: 'Las notas clínicas del paciente; con `segmento`, las de una región del cuerpo.',
    metadata: { access: 'medico+admin' },
    pathParams,
    query: NoteQuery,
    responses: { 200: z.array(ClinicalNote), ...problems(403, 404) },
  },
  createNote: {
    method: 'POST',
    path: '/patients/:id/notes',
    summary: 'Agregar una nota',
    description: 'Agrega una nota clínica a un paciente propio. 429 al llegar al límite de notas de un día.',
    metadata: { access: 'medico' },
    pathParams,
    body: CreateNoteBody,
    responses: { 201: ClinicalNote, ...problems(403, 404, 429) },
  },
  updateNote: {
    method: 'PATCH',
    path: '/patients/:id/notes/:note_id',
    summary: 'Cambiar una nota',
    description: 'Un campo ausente queda como está. La auditoría clínica conserva el texto anterior.',
    metadata: { access: 'medico+admin' },
    pathParams: noteParams,
    body: UpdateNoteBody,
    responses: { 200: ClinicalNote, ...problems(403, 404) },
  },
  removeNote: {
    method: 'DELETE',
    path: '/patients/:id/notes/:note_id',
    summary: 'Eliminar una nota',
    description: 'La auditoría clínica conserva lo eliminado.',
    metadata: { access: 'medico+admin' },
    pathParams: noteParams,
    responses: { 204: c.noBody(), ...problems(403, 404) },
  },
});
