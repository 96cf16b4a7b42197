import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { identity, stampOfInsert, stampOfUpdate } from '../columns.ts';
import { Medico } from './doctors.entity.ts';
import { Paciente } from './patients.entity.ts';
import { JobSTL } from './som3d.entity.ts';

function json() {
  return p.text().columnType('mediumtext');
}

/** A saved state of the 3D viewer. The four JSON columns hold the texts as sent, at most 1 MiB each. */
export const VisorEstado = defineEntity({
  name: 'VisorEstado',
  tableName: 'VisorEstado',
  properties: {
    id_visor_estado: identity(),
    id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .index('idx_visor_id_medico')
        .foreignKeyName('fk_visor_medico')
        .deleteRule('no action'),
    id_paciente: () =>
      p
        .manyToOne(Paciente)
        .mapToPk()
        .nullable()
        .index('idx_visor_id_paciente')
        .foreignKeyName('fk_visor_paciente')
        .deleteRule('no action'),
    id_jobstl: () =>
      p
        .manyToOne(JobSTL)
        .mapToPk()
        .nullable()
        .index('idx_visor_id_jobstl')
        .foreignKeyName('fk_visor_jobstl')
        .deleteRule('no action'),
    titulo: p.string().length(200),
    descripcion: p.string().length(400).nullable(),
    ui_json: json(),
    modelos_json: json(),
    notas_json: json(),
    i18n_json: json(),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
  },
});
export type VisorEstado = InferEntity<typeof VisorEstado>;
