import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { q, queries } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Alert } from '../ui/Alert.tsx';
import { Button } from '../ui/Button.tsx';
import { Check, Field, Select } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Page } from '../ui/Page.tsx';
import { DropZone } from './DropZone.tsx';
import { LeftOut } from './LeftOut.tsx';
import { FIRST_CHOICE, ModelChoices, tintedRange, type ModelChoice } from './ModelChoices.tsx';
import styles from './NewCasePage.module.css';
import { RemoteScan } from './remote-scan.ts';
import type { ScanContents } from './scan.ts';
import { SCAN_TEXTS } from './scan.texts.ts';
import { SeriesChoice } from './SeriesChoice.tsx';
import { SlicePreview } from './SlicePreview.tsx';
import type { DroppedFile } from './source-files.ts';
import { Transfer } from './Transfer.tsx';
import { UnfinishedCase } from './UnfinishedCase.tsx';
import { useTransfer } from './use-transfer.ts';

/** How far the reading of what was dropped is. */
type Reading =
  | { readonly step: 'nothing'; readonly problem?: string; readonly leftOut?: ScanContents['leftOut'] }
  | { readonly step: 'reading'; readonly done: number; readonly total: number }
  | { readonly step: 'read'; readonly scan: RemoteScan; readonly contents: ScanContents };

/** From what a person drops to a case that is being converted. */
export function NewCasePage() {
  const t = useTexts(SCAN_TEXTS);
  const navigate = useNavigate();
  const [scan, setScan] = useState<RemoteScan>();
  const [reading, setReading] = useState<Reading>({ step: 'nothing' });
  // Its files are no longer needed when another is dropped, or the page is left.
  useEffect(() => () => scan?.end(), [scan]);

  async function show(id: string): Promise<void> {
    await queries.invalidateQueries({ queryKey: q.som3d.all });
    await navigate({ to: '/casos/$id', params: { id } });
  }

  async function open(files: readonly DroppedFile[]): Promise<void> {
    if (files.length === 0) return;
    const opened = new RemoteScan(files);
    setScan(opened);
    setReading({ step: 'reading', done: 0, total: 0 });
    try {
      const contents = await opened.read((done, total) => setReading({ step: 'reading', done, total }));
      const read = contents.series.length > 0;
      const { leftOut } = contents;
      setReading(read ? { step: 'read', scan: opened, contents } : { step: 'nothing', problem: t.noSeries, leftOut });
    } catch {
      setReading({ step: 'nothing', problem: t.unreadable });
    }
  }

  return (
    <Page title={t.title}>
      {reading.step === 'nothing' && (
        <>
          <UnfinishedCase onSent={show} />
          {reading.problem && <Alert>{reading.problem}</Alert>}
          {reading.leftOut && <LeftOut files={reading.leftOut} open />}
          <DropZone onFiles={(files) => void open(files)} />
        </>
      )}
      {reading.step === 'reading' && (
        <p role="status" className={styles.reading}>
          {reading.total > 0 ? t.reading(reading.done, reading.total) : t.opening}
          <progress
            value={reading.total > 0 ? reading.done : undefined}
            max={reading.total || 1}
            aria-label={t.opening}
          />
        </p>
      )}
      {reading.step === 'read' && (
        <NewCase
          scan={reading.scan}
          contents={reading.contents}
          onAnother={() => setReading({ step: 'nothing' })}
          onSent={show}
        />
      )}
    </Page>
  );
}

interface NewCaseProps {
  readonly scan: RemoteScan;
  readonly contents: ScanContents;
  readonly onAnother: () => void;
  readonly onSent: (jobId: string) => Promise<void>;
}

/** The fields of the upload, of what the form holds. */
function fieldsOf(values: Values, { tissues, own }: ModelChoice, serie: string) {
  return {
    nombre_proceso: values['nombre_proceso'] || undefined,
    id_paciente: values['id_paciente'] ? Number(values['id_paciente']) : undefined,
    extra_tasks: [...tissues],
    umbral_min: own?.[0],
    umbral_max: own?.[1],
    reduccion: Number(values['reduccion']),
    separar_partes: values['separar_partes'] === 'on',
    acomodar: values['acomodar'] === 'on',
    serie,
  };
}

function NewCase({ scan, contents, onAnother, onSent }: NewCaseProps) {
  const t = useTexts(SCAN_TEXTS);
  const [chosen, setChosen] = useState(0);
  const [model, setModel] = useState(FIRST_CHOICE);
  const transfer = useTransfer();
  const patients = useQuery(q.patients.list({ query: { limit: 100 } }));
  const picture = useQuery({
    queryKey: ['slice', scan.id, chosen],
    // A query has no undefined data.
    queryFn: async () => (await scan.middle(chosen)) ?? null,
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });

  async function send(values: Values): Promise<void> {
    const uid = contents.series[chosen]?.uid ?? '';
    const job = await transfer.run(
      (onFile) => scan.archive(chosen, values['anonymous'] === 'on', onFile),
      fieldsOf(values, model, uid),
    );
    if (job) await onSent(job.job_id);
  }

  return (
    <div className={styles.columns}>
      <div className={styles.scan}>
        <SeriesChoice series={contents.series} chosen={chosen} onChoose={setChosen} />
        {contents.patients > 1 && <Alert kind="info">{t.severalPatients(contents.patients)}</Alert>}
        <LeftOut files={contents.leftOut} />
        <div className={styles.picture}>
          {picture.data && <SlicePreview picture={picture.data} range={tintedRange(model)} />}
          {picture.isPending && <p role="status">{t.pictureLoading}</p>}
          {(picture.data === null || picture.isError) && <p>{t.noPicture}</p>}
        </div>
        <div>
          <Button kind="quiet" onClick={onAnother}>
            {t.another}
          </Button>
        </div>
      </div>
      <Form onSubmit={send} submit={t.send}>
        <Field name="nombre_proceso" label={t.nameLabel} hint={t.nameHint} minLength={3} maxLength={80} required />
        <Select name="id_paciente" label={t.patientLabel} defaultValue="">
          <option value="">{t.patientNone}</option>
          {patients.data?.rows.map(({ id_paciente, nombres, apellidos }) => (
            <option key={id_paciente} value={id_paciente}>
              {`${nombres} ${apellidos}`}
            </option>
          ))}
        </Select>
        <ModelChoices choice={model} onChange={setModel} />
        <Check name="anonymous" label={t.anonymous} aria-describedby="anonymous-hint" defaultChecked />
        <p id="anonymous-hint" className={styles.hint}>
          {t.anonymousHint}
        </p>
        {transfer.problem && <Alert>{transfer.problem}</Alert>}
        <Transfer transfer={transfer} />
      </Form>
    </div>
  );
}
