import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { identity, instantOfInsert, stampOfInsert, stampOfUpdate } from '../columns.ts';
import { Medico } from './doctors.entity.ts';
import { Paciente } from './patients.entity.ts';

/** A study of a patient; its doctor is the patient's. */
export const Estudio = defineEntity({
  name: 'Estudio',
  tableName: 'Estudio',
  indexes: [{ name: 'idx_estudio_fecha', properties: ['fecha_estudio'] }],
  properties: {
    id_estudio: identity(),
    id_paciente: () =>
      p
        .manyToOne(Paciente)
        .mapToPk()
        .index('idx_estudio_id_paciente')
        .foreignKeyName('fk_estudio_paciente')
        .deleteRule('no action'),
    id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .index('idx_estudio_id_medico')
        .foreignKeyName('fk_estudio_medico')
        .deleteRule('no action'),
    modalidad: p.string().length(20).nullable(),
    fecha_estudio: instantOfInsert(),
    descripcion: p.string().length(200).nullable(),
    notas: p.text().nullable(),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
  },
});
export type Estudio = InferEntity<typeof Estudio>;
