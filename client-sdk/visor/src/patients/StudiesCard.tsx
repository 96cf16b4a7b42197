import type { Study } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Confirm } from '../ui/Confirm.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field, Row, TextArea } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Card } from '../ui/Page.tsx';
import { RowActions, Rows } from '../ui/Rows.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import { patientsTexts } from './patients.texts.ts';

const SHOWN = 100;

type Open = 'new' | { readonly edit: Study } | { readonly remove: Study };

/** The imaging studies of a patient. */
export function StudiesCard({ id }: { readonly id: number }) {
  const t = useTexts(patientsTexts);
  const format = useFormats();
  const [open, setOpen] = useState<Open>();
  const { data, error, refetch } = useQuery(q.studies.list({ query: { paciente_id: id, limit: SHOWN } }));
  const close = () => setOpen(undefined);
  return (
    <Card
      title={t.studies}
      actions={
        <Button icon="plus" onClick={() => setOpen('new')}>
          {t.newStudy}
        </Button>
      }
    >
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={1} height={64} />}
      {data?.rows.length === 0 && <p>{t.noStudies}</p>}
      {data && data.rows.length > 0 && (
        <Rows>
          {data.rows.map((study) => (
            <li key={study.id_estudio}>
              <h3>{[study.modalidad, format.date(study.fecha_estudio)].filter(Boolean).join(' · ')}</h3>
              <p>{[study.descripcion, study.notas].filter(Boolean).join('\n')}</p>
              <RowActions>
                <Button kind="quiet" icon="edit" iconOnly onClick={() => setOpen({ edit: study })}>
                  {t.editStudy}
                </Button>
                <Button kind="quiet" icon="remove" iconOnly onClick={() => setOpen({ remove: study })}>
                  {t.remove}
                </Button>
              </RowActions>
            </li>
          ))}
        </Rows>
      )}
      {open === 'new' && <EditStudy patient={id} onClose={close} />}
      {typeof open === 'object' && 'edit' in open && <EditStudy patient={id} study={open.edit} onClose={close} />}
      {typeof open === 'object' && 'remove' in open && <RemoveStudy study={open.remove} onClose={close} />}
    </Card>
  );
}

interface EditProps {
  readonly patient: number;
  readonly study?: Study;
  readonly onClose: () => void;
}

function EditStudy({ patient, study, onClose }: EditProps) {
  const t = useTexts(patientsTexts);
  const create = useMutation(q.studies.create);
  const update = useMutation(q.studies.update);
  const save = async ({ fecha_estudio, modalidad, descripcion, notas }: Values) => {
    const body = { modalidad: modalidad || null, descripcion: descripcion || null, notas: notas || null };
    // A day that did not change keeps its time.
    const sameDay = study?.fecha_estudio.slice(0, 10) === fecha_estudio;
    const day = fecha_estudio && !sameDay ? { fecha_estudio } : {};
    if (study) await update.mutateAsync({ params: { id: study.id_estudio }, body: { ...body, ...day } });
    else await create.mutateAsync({ body: { id_paciente: patient, ...body, ...day } });
    toast(t.studySaved);
    onClose();
  };
  const title = study ? t.editStudy : t.newStudy;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form submit={t.save} label={title} onSubmit={save}>
        <Row>
          <Field
            name="fecha_estudio"
            label={t.studyDate}
            type="date"
            defaultValue={study?.fecha_estudio.slice(0, 10)}
          />
          <Field name="modalidad" label={t.modality} defaultValue={study?.modalidad ?? 'CT'} />
        </Row>
        <Field name="descripcion" label={t.description} defaultValue={study?.descripcion ?? ''} />
        <TextArea name="notas" label={t.studyNotes} defaultValue={study?.notas ?? ''} />
      </Form>
    </Dialog>
  );
}

function RemoveStudy({ study, onClose }: { readonly study: Study; readonly onClose: () => void }) {
  const t = useTexts(patientsTexts);
  const remove = useMutation(q.studies.remove);
  const drop = async () => {
    await remove.mutateAsync({ params: { id: study.id_estudio } });
    toast(t.studyRemoved);
  };
  return (
    <Confirm title={t.removeStudyTitle} action={t.remove} onConfirm={drop} onClose={onClose}>
      <p>{[study.modalidad, study.descripcion].filter(Boolean).join(' · ')}</p>
      <p>{t.cannotUndo}</p>
    </Confirm>
  );
}
