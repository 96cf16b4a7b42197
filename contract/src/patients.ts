import { z } from 'zod';
import { c, defineRoutes, Id, Page, problems, scalars } from './common/index.ts';

export const PATIENT_STATES = ['ACTIVO', 'INACTIVO'] as const;
const estado = z.preprocess(
  (value: (typeof PATIENT_STATES)[number]) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
  z.enum(PATIENT_STATES),
);

export const Patient = z
  .object({
    id_paciente: z.int(),
    id_medico: z.int(),
    doc_tipo: z.string().nullable(),
    doc_numero: z.string().nullable(),
    nombres: z.string(),
    apellidos: z.string(),
    fecha_nacimiento: z.string().nullable().meta({ format: 'date' }),
    sexo: z.string().nullable(),
    telefono: z.string().nullable(),
    correo: z.string().nullable(),
    direccion: z.string().nullable(),
    ciudad: z.string().nullable(),
    estado: z.enum(PATIENT_STATES),
  })
  .meta({ id: 'Patient' });
export type Patient = z.infer<typeof Patient>;

const optionalFields = {
  doc_tipo: scalars.docTipo.optional,
  doc_numero: scalars.docNumero.optional,
  fecha_nacimiento: scalars.fechaNacimiento.nullish(),
  sexo: scalars.sexo.optional,
  telefono: scalars.telefono.optional,
  correo: scalars.correoPaciente.optional,
  direccion: scalars.freeText(200).optional,
  ciudad: scalars.ciudadPaciente.optional,
  estado: estado.optional(),
};

export const CreatePatientBody = z
  .object({ nombres: scalars.personName.required, apellidos: scalars.personName.required, ...optionalFields })
  .meta({ id: 'CreatePatientBody' });
export type CreatePatientBody = z.infer<typeof CreatePatientBody>;

export const UpdatePatientBody = z
  .object({ nombres: scalars.personName.patch, apellidos: scalars.personName.patch, ...optionalFields })
  .meta({ id: 'UpdatePatientBody' });
export type UpdatePatientBody = z.infer<typeof UpdatePatientBody>;

export const PatientQuery = z.object({
  estado: estado.optional(),
  doc_numero: z.string().trim().max(40).optional().meta({ description: 'Contiene' }),
  q: z.string().trim().max(100).optional().meta({ description: 'En nombres, apellidos o documento' }),
  ...Page,
});
export type PatientQuery = z.infer<typeof PatientQuery>;

const pathParams = z.object({ id: Id });

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
    metadata: { access: 'medico' },
    body: CreatePatientBody,
    responses: { 201: Patient, ...problems(409) },
  },
  get: {
    method: 'GET',
    path: '/patients/:id',
    summary: 'Un paciente',
    metadata: { access: 'medico+admin' },
    pathParams,
    responses: { 200: Patient, ...problems(403, 404) },
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
});
