import type { Study } from '@som3d/contract';
import type { Estudio } from '../../db/entities/studies.entity.ts';

/** A study as the contract shows it, from an entity or from a row. */
export function presentStudy(row: Omit<Estudio, 'creado_en' | 'actualizado_en'>): Study {
  return {
    id_estudio: row.id_estudio,
    id_paciente: row.id_paciente,
    id_medico: row.id_medico,
    modalidad: row.modalidad ?? null,
    fecha_estudio: row.fecha_estudio.toISOString(),
    descripcion: row.descripcion ?? null,
    notas: row.notas ?? null,
  };
}
