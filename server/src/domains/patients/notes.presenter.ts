import type { ClinicalNote as Note } from '@som3d/contract';
import type { ClinicalNote } from '../../db/entities/patients.entity.ts';

/** A note as the contract shows it, from an entity or from a row. */
export function presentNote(row: ClinicalNote): Note {
  return {
    id_note: row.id_note,
    id_paciente: row.id_paciente,
    id_medico: row.id_medico,
    segmento: row.segmento,
    texto: row.texto,
    anchor_json: row.anchor_json ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
