import type { HospitalDetail } from '@som3d/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { Filters, Search } from '../ui/Filters.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Page } from '../ui/Page.tsx';
import { RowActions } from '../ui/Rows.tsx';
import { toast } from '../ui/Toast.tsx';
import { useAddress } from '../ui/use-address.ts';
import { adminTexts } from './admin.texts.ts';

const PAGE = 25;

/** Hospitals and their codes. */
export function HospitalsPage() {
  const t = useTexts(adminTexts);
  const address = useAddress();
  const [creating, setCreating] = useState(false);
  const search = address.text('q');
  const query = { q: search || undefined, limit: PAGE, offset: (address.page - 1) * PAGE };
  const hospitals = useQuery({ ...q.admin.listHospitals({ query }), placeholderData: keepPreviousData });
  return (
    <Page
      title={t.hospitals}
      actions={
        <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
          {t.newHospital}
        </Button>
      }
    >
      <Filters>
        <Search label={t.search} value={search} onChange={(value) => address.set('q', value)} />
      </Filters>
      <ListOf list={hospitals} empty={t.nothing} page={address.page} size={PAGE}>
        {(hospital) => <HospitalRow key={hospital.id_hospital} hospital={hospital} />}
      </ListOf>
      {creating && <NewHospital onClose={() => setCreating(false)} />}
    </Page>
  );
}

function HospitalRow({ hospital }: { readonly hospital: HospitalDetail }) {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const [open, setOpen] = useState(false);
  const reissue = useMutation(q.admin.reissueCode);
  const renew = async ({ expires_days }: Values) => {
    const body = { expires_days: expires_days ? Number(expires_days) : null };
    const { codigo } = await reissue.mutateAsync({ params: { id: hospital.id_hospital }, body });
    toast(t.reissued(codigo));
    setOpen(false);
  };
  const { nombre, ciudad, codigo, code, has_active_subscription } = hospital;
  const facts = [ciudad, `${t.code}: ${codigo}`, code.expires_at && t.expires(format.instant(code.expires_at))];
  return (
    <li>
      <h2>{nombre}</h2>
      <p>{facts.filter(Boolean).join(' · ')}</p>
      <RowActions>
        <Badge tone={has_active_subscription ? 'good' : 'warn'}>
          {has_active_subscription ? t.inForce : t.notInForce}
        </Badge>
        <Button kind="quiet" onClick={() => setOpen(true)}>
          {t.reissue}
        </Button>
      </RowActions>
      {open && (
        <Dialog title={`${t.reissue} · ${nombre}`} onClose={() => setOpen(false)}>
          <Form submit={t.reissue} label={t.reissue} onSubmit={renew}>
            <p>{t.reissueText}</p>
            <Field name="expires_days" label={t.expiresDays} type="number" min={1} max={3650} />
          </Form>
        </Dialog>
      )}
    </li>
  );
}

function NewHospital({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(adminTexts);
  const create = useMutation(q.admin.createHospital);
  const save = async ({ nombre = '', ciudad, correo }: Values) => {
    await create.mutateAsync({ body: { nombre, ciudad: ciudad || null, correo: correo || null } });
    toast(t.saved);
    onClose();
  };
  return (
    <Dialog title={t.newHospital} onClose={onClose}>
      <Form submit={t.save} label={t.newHospital} onSubmit={save}>
        <Field name="nombre" label={t.name} required minLength={2} maxLength={120} />
        <Field name="ciudad" label={t.city} />
        <Field name="correo" label={t.email} type="email" />
      </Form>
    </Dialog>
  );
}
