import { NotFoundError, type Patient } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useDescribe } from '../describe-error.ts';
import { useFormats } from '../format.ts';
import { client, q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button, ButtonLink } from '../ui/Button.tsx';
import { Confirm } from '../ui/Confirm.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Select } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Card, Facts, Page } from '../ui/Page.tsx';
import { Rows } from '../ui/Rows.tsx';
import { Empty, Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import { NotesCard } from './NotesCard.tsx';
import { PatientFields, patientOf } from './PatientFields.tsx';
import { patientsTexts } from './patients.texts.ts';
import { StudiesCard } from './StudiesCard.tsx';

/** One patient with what belongs to them. */
export function PatientPage() {
  const t = useTexts(patientsTexts);
  const { id = '' } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(q.patients.get({ params: { id: Number(id) } }));
  if (error instanceof NotFoundError) {
    return (
      <Empty icon="patients" title={t.noSuchPatient}>
        <ButtonLink to="/pacientes">{t.title}</ButtonLink>
      </Empty>
    );
  }
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  return data ? <Known patient={data} /> : <Loading rows={3} height={180} />;
}

/** Everything about a patient, as a ZIP on this machine. */
async function saveExport(id: number): Promise<void> {
  const { body } = await client.patients.exportData({ params: { id }, timeoutMs: 0 });
  const link = document.createElement('a');
  link.download = body.filename ?? `paciente-${id}.zip`;
  link.href = URL.createObjectURL(await body.blob());
  link.click();
  URL.revokeObjectURL(link.href);
}

function Known({ patient }: { readonly patient: Patient }) {
  const t = useTexts(patientsTexts);
  const format = useFormats();
  const navigate = useNavigate();
  const describe = useDescribe();
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const remove = useMutation(q.patients.remove);
  const exporting = useMutation({
    mutationFn: () => saveExport(patient.id_paciente),
    onError: (failure) => toast(describe(failure)),
  });
  const close = () => setOpen(undefined);
  const sexes: Readonly<Record<string, string>> = { F: t.female, M: t.male, O: t.otherSex };
  const drop = async () => {
    await remove.mutateAsync({ params: { id: patient.id_paciente } });
    toast(t.removed);
    await navigate({ to: '/pacientes' });
  };
  return (
    <Page
      title={`${patient.nombres} ${patient.apellidos}`}
      above={<Link to="/pacientes">← {t.title}</Link>}
      actions={
        <>
          <Button icon="edit" onClick={() => setOpen('edit')}>
            {t.edit}
          </Button>
          <Button icon="download" busy={exporting.isPending} onClick={() => exporting.mutate()}>
            {t.exportData}
          </Button>
          <Button kind="danger" icon="remove" onClick={() => setOpen('remove')}>
            {t.remove}
          </Button>
        </>
      }
    >
      <Card title={t.data}>
        <Facts
          facts={[
            [t.state, patient.estado === 'INACTIVO' && <Badge>{t.isInactive}</Badge>],
            [t.docNumber, [patient.doc_tipo, patient.doc_numero].filter(Boolean).join(' ')],
            [t.birth, patient.fecha_nacimiento && format.date(patient.fecha_nacimiento)],
            [t.sex, patient.sexo && (sexes[patient.sexo] ?? patient.sexo)],
            [t.phone, patient.telefono],
            [t.email, patient.correo],
            [t.address, patient.direccion],
            [t.city, patient.ciudad],
          ]}
        />
      </Card>
      <CasesCard id={patient.id_paciente} />
      <NotesCard id={patient.id_paciente} />
      <StudiesCard id={patient.id_paciente} />
      <ViewsCard id={patient.id_paciente} />
      {open === 'edit' && <Edit patient={patient} onClose={close} />}
      {open === 'remove' && (
        <Confirm title={t.removeTitle} action={t.remove} onConfirm={drop} onClose={close}>
          <p>{t.removeText}</p>
        </Confirm>
      )}
    </Page>
  );
}

function Edit({ patient, onClose }: { readonly patient: Patient; readonly onClose: () => void }) {
  const t = useTexts(patientsTexts);
  const update = useMutation(q.patients.update);
  const save = async (values: Values) => {
    await update.mutateAsync({ params: { id: patient.id_paciente }, body: patientOf(values) });
    toast(t.saved);
    onClose();
  };
  return (
    <Dialog title={t.edit} onClose={onClose}>
      <Form submit={t.save} label={t.edit} onSubmit={save}>
        <PatientFields patient={patient} />
        <Select name="estado" label={t.state} defaultValue={patient.estado} required>
          <option value="ACTIVO">{t.active}</option>
          <option value="INACTIVO">{t.inactive}</option>
        </Select>
      </Form>
    </Dialog>
  );
}

const SHOWN = 100;

function CasesCard({ id }: { readonly id: number }) {
  const t = useTexts(patientsTexts);
  const format = useFormats();
  const { data, error, refetch } = useQuery(q.som3d.list({ query: { id_paciente: id, limit: SHOWN } }));
  return (
    <Card title={t.cases}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={1} height={64} />}
      {data?.rows.length === 0 && <p>{t.noCases}</p>}
      {data && data.rows.length > 0 && (
        <Rows>
          {data.rows.map(({ job_id, nombre_proceso, created_at }) => (
            <li key={job_id}>
              <h3>
                <Link to="/casos/$id" params={{ id: job_id }}>
                  {nombre_proceso ?? job_id}
                </Link>
              </h3>
              <p>{created_at && format.instant(created_at)}</p>
            </li>
          ))}
        </Rows>
      )}
    </Card>
  );
}

function ViewsCard({ id }: { readonly id: number }) {
  const t = useTexts(patientsTexts);
  const format = useFormats();
  const { data, error, refetch } = useQuery(q.visor.list({ query: { paciente_id: id, limit: SHOWN } }));
  return (
    <Card title={t.views}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={1} height={64} />}
      {data?.rows.length === 0 && <p>{t.noViews}</p>}
      {data && data.rows.length > 0 && (
        <Rows>
          {data.rows.map(({ id_visor_estado, titulo, descripcion, actualizado_en }) => (
            <li key={id_visor_estado}>
              <h3>{titulo}</h3>
              <p>{[descripcion, t.changed(format.instant(actualizado_en))].filter(Boolean).join(' · ')}</p>
            </li>
          ))}
        </Rows>
      )}
    </Card>
  );
}
