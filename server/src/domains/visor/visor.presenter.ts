import type { ViewerState } from '@som3d/contract';
import type { VisorEstado } from '../../db/entities/visor.entity.ts';

/** A viewer state as the contract shows it, from an entity or from a row. The documents go out as they came in. */
export function presentState(row: VisorEstado): ViewerState {
  return {
    id_visor_estado: row.id_visor_estado,
    id_medico: row.id_medico,
    id_paciente: row.id_paciente ?? null,
    id_jobstl: row.id_jobstl ?? null,
    titulo: row.titulo,
    descripcion: row.descripcion ?? null,
    ui_json: row.ui_json,
    modelos_json: row.modelos_json,
    notas_json: row.notas_json,
    i18n_json: row.i18n_json,
    creado_en: row.creado_en.toISOString(),
    actualizado_en: row.actualizado_en.toISOString(),
  };
}
