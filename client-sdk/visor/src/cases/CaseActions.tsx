import type { Job } from '@som3d/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Confirm } from '../ui/Confirm.tsx';
import { toast } from '../ui/Toast.tsx';
import { casesTexts } from './cases.texts.ts';
import { EditCase } from './EditCase.tsx';
import styles from './cases.module.css';

type Open = 'edit' | 'cancel' | 'remove';

/** What one does with a case: name and patient, cancel while it runs, remove afterwards. */
export function CaseActions({ job, onRemoved }: { readonly job: Job; readonly onRemoved?: () => void }) {
  const t = useTexts(casesTexts);
  const cache = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const cancel = useMutation(q.som3d.cancel);
  const remove = useMutation(q.som3d.remove);
  const close = () => setOpen(undefined);
  const params = { id: job.job_id };
  const end = async () => {
    await cancel.mutateAsync({ params });
    toast(t.canceledToast);
  };
  const drop = async () => {
    await remove.mutateAsync({ params });
    toast(t.removed);
    onRemoved?.();
    await cache.invalidateQueries({ queryKey: q.usage.all });
  };
  return (
    <div className={styles['actions']}>
      <Button kind="quiet" icon="edit" iconOnly onClick={() => setOpen('edit')}>
        {t.edit}
      </Button>
      {job.is_processing ? (
        <Button kind="quiet" icon="stop" iconOnly onClick={() => setOpen('cancel')}>
          {t.cancel}
        </Button>
      ) : (
        <Button kind="quiet" icon="remove" iconOnly onClick={() => setOpen('remove')}>
          {t.remove}
        </Button>
      )}
      {open === 'edit' && <EditCase job={job} onClose={close} />}
      {open === 'cancel' && (
        <Confirm title={t.cancelTitle} action={t.cancel} onConfirm={end} onClose={close}>
          <p>{t.cancelText}</p>
        </Confirm>
      )}
      {open === 'remove' && (
        <Confirm title={t.removeTitle} action={t.remove} onConfirm={drop} onClose={close}>
          <p>
            <strong>{job.nombre_proceso ?? t.unnamed}</strong>
          </p>
          <p>{t.removeText}</p>
        </Confirm>
      )}
    </div>
  );
}
