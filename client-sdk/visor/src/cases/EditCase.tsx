import type { Job } from '@som3d/client';
import { useMutation } from '@tanstack/react-query';
import { PatientPicker } from '../patients/PatientPicker.tsx';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { toast } from '../ui/Toast.tsx';
import { casesTexts } from './cases.texts.ts';

/** Name and patient of a case. */
export function EditCase({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  const t = useTexts(casesTexts);
  const update = useMutation(q.som3d.update);
  const save = async ({ nombre_proceso, id_paciente }: Values) => {
    const body = { nombre_proceso: nombre_proceso || null, id_paciente: id_paciente ? Number(id_paciente) : null };
    await update.mutateAsync({ params: { id: job.job_id }, body });
    toast(t.saved);
    onClose();
  };
  return (
    <Dialog title={t.editTitle} onClose={onClose}>
      <Form submit={t.save} label={t.editTitle} onSubmit={save}>
        <Field
          name="nombre_proceso"
          label={t.name}
          defaultValue={job.nombre_proceso ?? ''}
          minLength={3}
          maxLength={80}
        />
        <PatientPicker name="id_paciente" label={t.patient} value={job.params.id_paciente} />
      </Form>
    </Dialog>
  );
}
