import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Choice, Filters } from '../ui/Filters.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Card, Page } from '../ui/Page.tsx';
import { Rows } from '../ui/Rows.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { useAddress } from '../ui/use-address.ts';
import { adminTexts } from './admin.texts.ts';

const PAGE = 25;
const STATES = ['queued', 'running', 'done', 'error', 'canceled'] as const;
const REFRESH_MS = 10_000;

/** All jobs with their owners, and the processes that compute them. */
export function JobsPage() {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const address = useAddress();
  const status = STATES.find((known) => known === address.text('estado'));
  const query = { status, limit: PAGE, offset: (address.page - 1) * PAGE };
  const jobs = useQuery({
    ...q.som3d.tracking({ query }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title={t.jobs}>
      <Workers />
      <Filters>
        <Choice
          label={t.state}
          value={status ?? ''}
          options={[['', t.all], ...STATES.map((name) => [name, t[name]] as const)]}
          onChange={(value) => address.set('estado', value)}
        />
      </Filters>
      <ListOf list={jobs} empty={t.nothing} page={address.page} size={PAGE}>
        {({ job_id, nombre_proceso, owner, created_at, status: state, percent, error }) => (
          <li key={job_id}>
            <h2>
              <Link to="/casos/$id" params={{ id: job_id }}>
                {nombre_proceso ?? t.unnamed}
              </Link>
            </h2>
            <p>
              {[`${owner.nombre} ${owner.apellido}`, created_at && format.instant(created_at), error]
                .filter(Boolean)
                .join(' · ')}
            </p>
            <Badge tone={state === 'done' ? 'good' : state === 'error' ? 'bad' : 'plain'}>
              {state === 'running' ? `${t[state]} ${percent} %` : t[state]}
            </Badge>
          </li>
        )}
      </ListOf>
    </Page>
  );
}

function Workers() {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const { data, error, refetch } = useQuery(q.workers.gpuCheck());
  return (
    <Card title={t.workers}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={1} height={64} />}
      {data?.workers.length === 0 && <p>{t.noWorkers}</p>}
      {data && data.workers.length > 0 && (
        <Rows>
          {data.workers.map(({ worker_id, host, engine, gpus, concurrency, heartbeat_at }) => (
            <li key={worker_id}>
              <h3>{host}</h3>
              <p>
                {[engine.name, gpus.join(', '), `× ${concurrency}`, t.lastSign(format.instant(heartbeat_at))]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </li>
          ))}
        </Rows>
      )}
    </Card>
  );
}
