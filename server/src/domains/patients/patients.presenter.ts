import type { Patient } from '@som3d/contract';
import type { Paciente } from '../../db/entities/patients.entity.ts';

/** The columns that a patient on the wire is made of. */
export const PATIENT_COLUMNS = [
  'id_paciente',
  'id_medico',
  'doc_tipo',
  'doc_numero',
  'nombres',
  'apellidos',
  'fecha_nacimiento',
  'sexo',
  'telefono',
  'correo',
  'direccion',
  'ciudad',
  'estado',
] as const;

/** A patient as the contract shows it, from an entity or from a row: both have the columns' names. */
export function presentPatient(row: Omit<Paciente, 'creado_en' | 'actualizado_en'>): Patient {
  return {
    id_paciente: row.id_paciente,
    id_medico: row.id_medico,
    doc_tipo: row.doc_tipo ?? null,
    doc_numero: row.doc_numero ?? null,
    nombres: row.nombres,
    apellidos: row.apellidos,
    fecha_nacimiento: row.fecha_nacimiento ?? null,
    sexo: row.sexo ?? null,
    telefono: row.telefono ?? null,
    correo: row.correo ?? null,
    direccion: row.direccion ?? null,
    ciudad: row.ciudad ?? null,
    estado: row.estado,
  };
}
