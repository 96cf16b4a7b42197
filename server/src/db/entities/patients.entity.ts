import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import {
  caselessString,
  identity,
  instantOfInsert,
  instantOfUpdate,
  stampOfInsert,
  stampOfUpdate,
} from '../columns.ts';
import { Medico } from './doctors.entity.ts';

export const PATIENT_STATES = ['ACTIVO', 'INACTIVO'] as const;

/** A patient of a doctor. `fecha_nacimiento` is a calendar day, `YYYY-MM-DD`. */
export const Paciente = defineEntity({
  name: 'Paciente',
  tableName: 'Paciente',
  uniques: [{ name: 'uq_paciente_medico_documento', properties: ['id_medico', 'doc_tipo', 'doc_numero'] }],
  indexes: [
    { name: 'idx_paciente_medico_estado', properties: ['id_medico', 'estado'] },
    { name: 'idx_paciente_estado', properties: ['estado'] },
    { name: 'idx_paciente_doc_numero', properties: ['doc_numero'] },
  ],
  properties: {
    id_paciente: identity(),
    id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .index('idx_paciente_id_medico')
        .foreignKeyName('fk_paciente_medico')
        .deleteRule('no action'),
    doc_tipo: caselessString(20).nullable(),
    doc_numero: caselessString(40).nullable(),
    nombres: p.string().length(100),
    apellidos: p.string().length(100),
    fecha_nacimiento: p.date().nullable(),
    sexo: p.string().length(20).nullable(),
    telefono: p.string().length(30).nullable(),
    correo: p.string().length(120).nullable(),
    direccion: p.string().length(200).nullable(),
    ciudad: p.string().length(80).nullable(),
    estado: p.enum(PATIENT_STATES).default('ACTIVO'),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
  },
});
export type Paciente = InferEntity<typeof Paciente>;

/** A note on a patient, optionally anchored to a place in a 3D model. */
export const ClinicalNote = defineEntity({
  name: 'ClinicalNote',
  tableName: 'clinical_note',
  indexes: [{ name: 'idx_clinicalnote_segmento', properties: ['segmento'] }],
  properties: {
    id_note: identity(),
    id_paciente: () =>
      p
        .manyToOne(Paciente)
        .mapToPk()
        .index('idx_clinicalnote_paciente')
        .foreignKeyName('fk_clinicalnote_paciente')
        .deleteRule('no action'),
    id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .index('idx_clinicalnote_medico')
        .foreignKeyName('fk_clinicalnote_medico')
        .deleteRule('no action'),
    segmento: p.string().length(60).default('GENERAL'),
    texto: p.text(),
    anchor_json: p.text().nullable(),
    created_at: instantOfInsert(),
    updated_at: instantOfUpdate(),
  },
});
export type ClinicalNote = InferEntity<typeof ClinicalNote>;
