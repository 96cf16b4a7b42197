import { NotFoundError, type Job } from '@som3d/client';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Alert } from '../ui/Alert.tsx';
import { ButtonLink } from '../ui/Button.tsx';
import { Card, Facts, Page } from '../ui/Page.tsx';
import { Empty, Failed, Loading } from '../ui/States.tsx';
import { CaseActions } from './CaseActions.tsx';
import { casesTexts } from './cases.texts.ts';
import { PatientName } from './PatientName.tsx';
import { Phases } from './Phases.tsx';
import { useProgress } from './use-progress.ts';
import styles from './cases.module.css';

/** The 3D part is loaded when a model is opened. */
const ModelPage = lazy(async () => ({ default: (await import('../model/ModelPage.tsx')).ModelPage }));
const PreviewModel = lazy(async () => ({ default: (await import('../model/PreviewModel.tsx')).PreviewModel }));

/** One case: its phases while it runs, its model afterwards. */
export function CasePage() {
  const t = useTexts(casesTexts);
  const { id = '' } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(q.som3d.get({ params: { id } }));
  if (error instanceof NotFoundError) {
    return (
      <Empty icon="cases" title={t.noSuchCase}>
        <ButtonLink to="/casos">{t.back}</ButtonLink>
      </Empty>
    );
  }
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={2} height={220} />;
  return <Case job={data} />;
}

function Case({ job }: { readonly job: Job }) {
  const t = useTexts(casesTexts);
  const format = useFormats();
  const navigate = useNavigate();
  const progress = useProgress(job);
  const { id_paciente } = job.params;
  const patient =
    id_paciente === null ? (
      t.noPatient
    ) : (
      <Link to="/pacientes/$id" params={{ id: String(id_paciente) }}>
        <PatientName id={id_paciente} />
      </Link>
    );
  const actions = <CaseActions job={job} onRemoved={() => void navigate({ to: '/casos' })} />;
  if (job.status === 'done') {
    return (
      <div className={styles['finished']}>
        <div className={styles['above']}>
          <Link to="/casos">← {t.back}</Link>
          <span>{patient}</span>
          {actions}
        </div>
        <Suspense fallback={<Loading rows={1} height={480} />}>
          <ModelPage jobId={job.job_id} />
        </Suspense>
      </div>
    );
  }
  return (
    <Page title={job.nombre_proceso ?? t.unnamed} above={<Link to="/casos">← {t.back}</Link>} actions={actions}>
      <Facts
        facts={[
          [t.patient, patient],
          [t.createdAt, job.created_at && format.instant(job.created_at)],
          [t.finishedAt, job.finished_at && format.instant(job.finished_at)],
        ]}
      />
      {job.status === 'error' && (
        <Card title={t.failedTitle}>
          <Alert>{job.error}</Alert>
          <p>{t.retryHint}</p>
        </Card>
      )}
      {job.status === 'canceled' && <Alert kind="info">{t.canceledTitle}</Alert>}
      {job.is_processing && <Phases progress={progress} />}
      {job.is_processing && progress.preview && (
        <Suspense fallback={<Loading rows={1} height={480} />}>
          <PreviewModel jobId={job.job_id} />
        </Suspense>
      )}
      {job.log_tail.length > 0 && (
        <details>
          <summary>{t.log}</summary>
          <pre tabIndex={0}>{job.log_tail.join('\n')}</pre>
        </details>
      )}
    </Page>
  );
}
