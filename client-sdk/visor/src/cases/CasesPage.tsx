import type { Job } from '@som3d/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { Choice, Filters, Search } from '../ui/Filters.tsx';
import { Page } from '../ui/Page.tsx';
import { Pager } from '../ui/Pager.tsx';
import { useAddress } from '../ui/use-address.ts';
import { Empty, Failed, Loading } from '../ui/States.tsx';
import { CaseActions } from './CaseActions.tsx';
import { CasePicture } from './CasePicture.tsx';
import { casesTexts } from './cases.texts.ts';
import { JobState } from './JobState.tsx';
import { PatientName } from './PatientName.tsx';
import styles from './cases.module.css';
import { useProgress } from './use-progress.ts';

const PAGE = 20;
const STATES = ['queued', 'running', 'done', 'error', 'canceled'] as const;

/** The cases, newest first. Search, filter and page stand in the address. */
export function CasesPage() {
  const t = useTexts(casesTexts);
  const address = useAddress();
  const status = STATES.find((known) => known === address.text('estado'));
  const search = address.text('q');
  const query = { status, q: search || undefined, limit: PAGE, offset: (address.page - 1) * PAGE };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...q.som3d.list({ query }),
    placeholderData: keepPreviousData,
  });
  const filtered = status !== undefined || search !== '';
  const create = (
    <ButtonLink to="/casos/nuevo" kind="primary" icon="plus">
      {t.new}
    </ButtonLink>
  );
  return (
    <Page title={t.title} actions={create}>
      <Filters>
        <Search label={t.search} value={search} onChange={(value) => address.set('q', value)} />
        <Choice
          label={t.state}
          value={status ?? ''}
          options={[['', t.all], ...STATES.map((name) => [name, t[name]] as const)]}
          onChange={(value) => address.set('estado', value)}
        />
      </Filters>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={6} height={92} />}
      {data && data.rows.length === 0 && (
        <Empty icon="cases" title={filtered ? t.nothing : t.empty}>
          <p>{filtered ? t.nothingText : t.emptyText}</p>
        </Empty>
      )}
      {data && data.rows.length > 0 && (
        <ul className={styles['cases']} aria-busy={isPlaceholderData}>
          {data.rows.map((job) => (
            <CaseRow key={job.job_id} job={job} />
          ))}
        </ul>
      )}
      {data && <Pager page={address.page} size={PAGE} total={data.total} />}
    </Page>
  );
}

function CaseRow({ job }: { readonly job: Job }) {
  const t = useTexts(casesTexts);
  const format = useFormats();
  const progress = useProgress(job);
  return (
    <li className={styles['case']}>
      <CasePicture job={job} />
      <div className={styles['what']}>
        <h2>
          <Link to="/casos/$id" params={{ id: job.job_id }} className={styles['link']}>
            {job.nombre_proceso ?? t.unnamed}
          </Link>
        </h2>
        <p>
          <PatientName id={job.params.id_paciente} />
        </p>
        {job.created_at && <p className={styles['when']}>{t.created(format.instant(job.created_at))}</p>}
      </div>
      <div className={styles['state']}>
        <JobState progress={progress} />
      </div>
      <CaseActions job={job} />
    </li>
  );
}
