import type { ClinicalNote } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useIsAdmin } from '../session/use-session.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Confirm } from '../ui/Confirm.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field, TextArea } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Card } from '../ui/Page.tsx';
import { RowActions, Rows } from '../ui/Rows.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import { patientsTexts } from './patients.texts.ts';

const SHOWN = 100;

type Open = 'new' | { readonly edit: ClinicalNote } | { readonly remove: ClinicalNote };

/** The clinical notes of a patient. */
export function NotesCard({ id }: { readonly id: number }) {
  const t = useTexts(patientsTexts);
  const format = useFormats();
  const isAdmin = useIsAdmin();
  const [open, setOpen] = useState<Open>();
  const { data, error, refetch } = useQuery(q.patients.listNotes({ params: { id }, query: { limit: SHOWN } }));
  const close = () => setOpen(undefined);
  return (
    <Card
      title={t.notes}
      actions={
        !isAdmin && (
          <Button icon="plus" onClick={() => setOpen('new')}>
            {t.newNote}
          </Button>
        )
      }
    >
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={1} height={64} />}
      {data?.rows.length === 0 && <p>{t.noNotes}</p>}
      {data && data.rows.length > 0 && (
        <Rows>
          {data.rows.map((note) => (
            <li key={note.id_note}>
              <h3>
                {note.segmento} · {format.instant(note.created_at)}
              </h3>
              <p>{note.texto}</p>
              {note.anchor_json && <p>{t.onModel}</p>}
              <RowActions>
                <Button kind="quiet" icon="edit" iconOnly onClick={() => setOpen({ edit: note })}>
                  {t.editNote}
                </Button>
                <Button kind="quiet" icon="remove" iconOnly onClick={() => setOpen({ remove: note })}>
                  {t.remove}
                </Button>
              </RowActions>
            </li>
          ))}
        </Rows>
      )}
      {open === 'new' && <EditNote patient={id} onClose={close} />}
      {typeof open === 'object' && 'edit' in open && <EditNote patient={id} note={open.edit} onClose={close} />}
      {typeof open === 'object' && 'remove' in open && <RemoveNote note={open.remove} onClose={close} />}
    </Card>
  );
}

interface EditProps {
  readonly patient: number;
  readonly note?: ClinicalNote;
  readonly onClose: () => void;
}

function EditNote({ patient, note, onClose }: EditProps) {
  const t = useTexts(patientsTexts);
  const create = useMutation(q.patients.createNote);
  const update = useMutation(q.patients.updateNote);
  const save = async ({ segmento, texto = '' }: Values) => {
    const body = { texto, segmento: segmento || 'GENERAL' };
    if (note) await update.mutateAsync({ params: { id: patient, note_id: note.id_note }, body });
    else await create.mutateAsync({ params: { id: patient }, body });
    toast(t.noteSaved);
    onClose();
  };
  const title = note ? t.editNote : t.newNote;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form submit={t.save} label={title} onSubmit={save}>
        <Field name="segmento" label={t.segment} defaultValue={note?.segmento} maxLength={40} />
        <TextArea name="texto" label={t.text} defaultValue={note?.texto} required maxLength={10_000} rows={6} />
      </Form>
    </Dialog>
  );
}

function RemoveNote({ note, onClose }: { readonly note: ClinicalNote; readonly onClose: () => void }) {
  const t = useTexts(patientsTexts);
  const remove = useMutation(q.patients.removeNote);
  const drop = async () => {
    await remove.mutateAsync({ params: { id: note.id_paciente, note_id: note.id_note } });
    toast(t.noteRemoved);
  };
  return (
    <Confirm title={t.removeNoteTitle} action={t.remove} onConfirm={drop} onClose={onClose}>
      <p>{note.texto}</p>
    </Confirm>
  );
}
