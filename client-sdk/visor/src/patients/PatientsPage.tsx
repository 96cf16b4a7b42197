import type { Patient } from '@som3d/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useIsAdmin } from '../session/use-session.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Choice, Filters, Search } from '../ui/Filters.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Page } from '../ui/Page.tsx';
import { Pager } from '../ui/Pager.tsx';
import { Rows } from '../ui/Rows.tsx';
import { Empty, Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import { useAddress } from '../ui/use-address.ts';
import { PatientFields, patientOf } from './PatientFields.tsx';
import { patientsTexts } from './patients.texts.ts';

const PAGE = 25;
const STATES = ['ACTIVO', 'INACTIVO'] as const;

/** The patients, the newest first. */
export function PatientsPage() {
  const t = useTexts(patientsTexts);
  const address = useAddress();
  const [creating, setCreating] = useState(false);
  const isAdmin = useIsAdmin();
  const search = address.text('q');
  const estado = STATES.find((known) => known === address.text('estado'));
  const query = { q: search || undefined, estado, limit: PAGE, offset: (address.page - 1) * PAGE };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...q.patients.list({ query }),
    placeholderData: keepPreviousData,
  });
  const filtered = search !== '' || estado !== undefined;
  const create = (
    <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
      {t.new}
    </Button>
  );
  return (
    <Page title={t.title} actions={!isAdmin && create}>
      <Filters>
        <Search label={t.search} value={search} onChange={(value) => address.set('q', value)} />
        <Choice
          label={t.state}
          value={estado ?? ''}
          options={[
            ['', t.all],
            ['ACTIVO', t.active],
            ['INACTIVO', t.inactive],
          ]}
          onChange={(value) => address.set('estado', value)}
        />
      </Filters>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={6} height={64} />}
      {data?.rows.length === 0 && (
        <Empty icon="patients" title={filtered ? t.nothing : t.empty}>
          <p>{filtered ? t.nothingText : t.emptyText}</p>
        </Empty>
      )}
      {data && data.rows.length > 0 && (
        <Rows busy={isPlaceholderData}>
          {data.rows.map((patient) => (
            <PatientRow key={patient.id_paciente} patient={patient} />
          ))}
        </Rows>
      )}
      {data && <Pager page={address.page} size={PAGE} total={data.total} />}
      {creating && <NewPatient onClose={() => setCreating(false)} />}
    </Page>
  );
}

function PatientRow({ patient }: { readonly patient: Patient }) {
  const t = useTexts(patientsTexts);
  const format = useFormats();
  const { nombres, apellidos, doc_tipo, doc_numero, fecha_nacimiento, ciudad, estado } = patient;
  const facts = [
    [doc_tipo, doc_numero].filter(Boolean).join(' '),
    fecha_nacimiento && format.date(fecha_nacimiento),
    ciudad,
  ];
  return (
    <li>
      <h2>
        <Link to="/pacientes/$id" params={{ id: String(patient.id_paciente) }}>
          {nombres} {apellidos}
        </Link>
      </h2>
      <p>{facts.filter(Boolean).join(' · ')}</p>
      {estado === 'INACTIVO' && <Badge>{t.isInactive}</Badge>}
    </li>
  );
}

function NewPatient({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(patientsTexts);
  const navigate = useNavigate();
  const create = useMutation(q.patients.create);
  const save = async (values: Values) => {
    const { id_paciente } = await create.mutateAsync({ body: patientOf(values) });
    toast(t.saved);
    await navigate({ to: '/pacientes/$id', params: { id: String(id_paciente) } });
  };
  return (
    <Dialog title={t.new} onClose={onClose}>
      <Form submit={t.create} label={t.new} onSubmit={save}>
        <PatientFields />
      </Form>
    </Dialog>
  );
}
