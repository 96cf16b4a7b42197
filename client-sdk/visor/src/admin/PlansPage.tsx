import type { CreatePlanBody, Plan } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field, Select } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Page } from '../ui/Page.tsx';
import { RowActions } from '../ui/Rows.tsx';
import { toast } from '../ui/Toast.tsx';
import { adminTexts } from './admin.texts.ts';

const MONTHS = { MENSUAL: 1, TRIMESTRAL: 3, ANUAL: 12 } as const;

/** What can be paid. */
export function PlansPage() {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const [open, setOpen] = useState<Plan | 'new'>();
  const plans = useQuery(q.plans.list());
  return (
    <Page
      title={t.plans}
      actions={
        <Button kind="primary" icon="plus" onClick={() => setOpen('new')}>
          {t.newPlan}
        </Button>
      }
    >
      <ListOf list={plans} empty={t.nothing}>
        {(plan) => (
          <li key={plan.id_plan}>
            <h2>{plan.nombre}</h2>
            <p>
              {format.money(plan.precio)} · {t[plan.periodo]}
            </p>
            <RowActions>
              <Button kind="quiet" icon="edit" iconOnly onClick={() => setOpen(plan)}>
                {t.editPlan}
              </Button>
            </RowActions>
          </li>
        )}
      </ListOf>
      {open && <EditPlan plan={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function EditPlan({ plan, onClose }: { readonly plan: Plan | undefined; readonly onClose: () => void }) {
  const t = useTexts(adminTexts);
  const create = useMutation(q.plans.create);
  const update = useMutation(q.plans.update);
  const save = async ({ nombre = '', precio, periodo }: Values) => {
    const named = periodo as CreatePlanBody['periodo'];
    const body = { nombre, precio: Number(precio), periodo: named, duracion_meses: MONTHS[named] };
    if (plan) await update.mutateAsync({ params: { id: plan.id_plan }, body });
    else await create.mutateAsync({ body });
    toast(t.saved);
    onClose();
  };
  const title = plan ? t.editPlan : t.newPlan;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form submit={t.save} label={title} onSubmit={save}>
        <Field name="nombre" label={t.name} defaultValue={plan?.nombre} required minLength={2} maxLength={80} />
        <Field name="precio" label={t.price} type="number" min={0} step="any" defaultValue={plan?.precio} required />
        <Select name="periodo" label={t.period} defaultValue={plan?.periodo} required>
          {(['MENSUAL', 'TRIMESTRAL', 'ANUAL'] as const).map((period) => (
            <option key={period} value={period}>
              {t[period]}
            </option>
          ))}
        </Select>
      </Form>
    </Dialog>
  );
}
