import type { Client, ClinicalNote } from '@som3d/client';
import { createQueries } from '@som3d/client/query';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Vector3 } from 'three';
import type { Item } from './parts.ts';
import { anchorJson, anchorOf } from './saved-view.ts';
import type { Hit } from './picker.ts';

/** A clinical note with its place on a part. */
export interface PinnedNote {
  readonly id: number;
  readonly text: string;
  readonly file: string;
  /** LPS mm */
  readonly point: Vector3;
}

/** More notes than a model can show are read on the patient's page. */
const MOST_NOTES = 100;

function pinned(notes: readonly ClinicalNote[], items: readonly Item[]): PinnedNote[] {
  return notes.flatMap(({ id_note: id, texto: text, anchor_json }) => {
    const anchor = anchorOf(anchor_json);
    return anchor && items.some(({ filename }) => filename === anchor.file) ? [{ id, text, ...anchor }] : [];
  });
}

/** The notes of the patient that are pinned to these parts. Without a patient there are none, and none can be made. */
export function useNotes(client: Client, patient: number | null | undefined, items: readonly Item[]) {
  const q = useMemo(() => createQueries(client), [client]);
  const cache = useQueryClient();
  const list = useQuery({
    ...q.patients.listNotes({ params: { id: patient ?? 0 }, query: { limit: MOST_NOTES } }),
    enabled: typeof patient === 'number',
  });
  const refresh = () => cache.invalidateQueries({ queryKey: q.patients.all });
  const create = useMutation({
    mutationFn: async ({ hit, text }: { hit: Hit; text: string }) =>
      await client.patients.createNote({
        params: { id: patient ?? 0 },
        body: { texto: text, anchor_json: anchorJson(hit.file, hit.point) },
      }),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: async (note: number) =>
      await client.patients.removeNote({ params: { id: patient ?? 0, note_id: note } }),
    onSuccess: refresh,
  });
  const rows = list.data?.rows;
  const notes = useMemo(() => pinned(rows ?? [], items), [rows, items]);
  return { notes, create, remove, error: list.error ?? create.error ?? remove.error };
}
