import { z } from 'zod';
import { choice, fields, filter, Id, numericOrNull, Page, scalars } from './common/index.ts';

export const DOCTOR_STATES = ['ACTIVO', 'INACTIVO'] as const;
const estado = choice(DOCTOR_STATES).meta({ description: 'ACTIVO o INACTIVO', examples: ['ACTIVO'] });

/** A doctor: the profile and its user. */
export const Doctor = z
  .object({
    id_medico: z.int(),
    id_usuario: z.int(),
    nombre: fields.nombre,
    apellido: fields.apellido,
    correo: fields.correo,
    telefono: fields.telefono.nullable(),
    direccion: fields.direccion.nullable(),
    ciudad: fields.ciudad.nullable(),
    id_hospital: z.int().nullable(),
    referenciado: z.boolean(),
    estado: z.enum(DOCTOR_STATES),
    activo: z.boolean().meta({ description: 'Si el usuario del médico está activo' }),
  })
  .meta({ id: 'Doctor', description: 'Un médico: su perfil y los datos de su cuenta' });
export type Doctor = z.infer<typeof Doctor>;

/** The fields that may be absent. @param form how an empty text is taken */
function profileFields(form: 'optional' | 'clearable') {
  return {
    telefono: scalars.telefono[form],
    direccion: scalars.freeText(255)[form],
    ciudad: scalars.ciudad[form],
    id_hospital: numericOrNull(Id),
    referenciado: scalars.Flag.optional(),
    estado: estado.optional(),
    activo: scalars.Flag.optional(),
  };
}

/** An absent `estado` or `activo` follows the other. Without both the doctor is active. */
export const CreateDoctorBody = z
  .object({
    nombre: scalars.personName.required,
    apellido: scalars.surname.required,
    correo: scalars.correo.required,
    password: scalars.password,
    ...profileFields('optional'),
  })
  .meta({ id: 'CreateDoctorBody', description: 'Un médico nuevo, con su cuenta' });
export type CreateDoctorBody = z.infer<typeof CreateDoctorBody>;

export const UpdateDoctorBody = z
  .object({
    nombre: scalars.personName.patch,
    apellido: scalars.surname.patch,
    correo: scalars.correo.patch,
    ...profileFields('clearable'),
  })
  .meta({
    id: 'UpdateDoctorBody',
    description: 'Los datos de un médico que cambian',
    examples: [{ telefono: '+573104567890', estado: 'ACTIVO' }],
  });
export type UpdateDoctorBody = z.infer<typeof UpdateDoctorBody>;

export const DoctorQuery = z.object({
  hospital_id: Id.optional().meta({ description: 'Solo los de este hospital' }),
  estado: filter(DOCTOR_STATES),
  q: scalars.personSearch.optional(),
  ...Page,
});
export type DoctorQuery = z.infer<typeof DoctorQuery>;

export const DoctorCountQuery = z.object({
  hospital_id: Id.optional().meta({ description: 'Solo los de este hospital' }),
});

export const DoctorCount = z
  .object({ total: z.int(), activos: z.int(), inactivos: z.int() })
  .meta({ id: 'DoctorCount', description: 'Cuántos médicos hay' });
