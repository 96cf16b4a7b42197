import { createQueries } from '@som3d/client/query';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useClient } from '../client-context.ts';
import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { boxOf, type Item, sourcesOf } from './parts.ts';
import type { ModelScene } from './scene.ts';
import { toolTexts } from './tools.texts.ts';
import { NOTHING_SET, type Change } from './viewer-state.ts';
import { Viewport } from './Viewport.tsx';
import type { View } from './views.ts';

const MOST_CASES = 100;

interface ComparePanelProps {
  readonly jobId: string;
  readonly other: string | undefined;
  readonly setOther: (jobId: string | undefined) => void;
  readonly linked: boolean;
  readonly setLinked: (linked: boolean) => void;
}

export function ComparePanel({ jobId, other, setOther, linked, setLinked }: ComparePanelProps) {
  const t = useTexts(toolTexts);
  const client = useClient();
  const q = useMemo(() => createQueries(client), [client]);
  const { data, error } = useQuery(q.som3d.list({ query: { status: 'done', limit: MOST_CASES } }));
  const cases = (data?.rows ?? []).filter(({ job_id }) => job_id !== jobId);
  if (error) {
    return (
      <p className={styles['error']} role="alert">
        {error.message || t.cannot}
      </p>
    );
  }
  return (
    <>
      <label className={styles['field']}>
        {t.compareWith}
        <select value={other ?? ''} onChange={({ target }) => setOther(target.value || undefined)}>
          <option value="">{t.nobody}</option>
          {cases.map(({ job_id, nombre_proceso, finished_at }) => (
            <option key={job_id} value={job_id}>
              {nombre_proceso ?? job_id} {finished_at?.slice(0, 10)}
            </option>
          ))}
        </select>
      </label>
      {data && cases.length === 0 && <p className={styles['hint']}>{t.noOthers}</p>}
      {other !== undefined && (
        <label className={styles['check']}>
          <input type="checkbox" checked={linked} onChange={({ target }) => setLinked(target.checked)} />
          <span>{t.linked}</span>
        </label>
      )}
    </>
  );
}

const NO_ITEMS: readonly Item[] = [];

interface OtherCaseProps {
  readonly jobId: string;
  readonly onScene: (scene: ModelScene | undefined) => void;
  readonly onMove: (view: View) => void;
}

/** Another finished case beside the first, to look at. */
export function OtherCase({ jobId, onScene, onMove }: OtherCaseProps) {
  const t = useTexts(modelTexts);
  const client = useClient();
  const q = useMemo(() => createQueries(client), [client]);
  const { data, error, refetch } = useQuery({ ...q.som3d.stls({ params: { id: jobId } }), staleTime: Infinity });
  const items = data?.items ?? NO_ITEMS;
  const sources = useMemo(() => sourcesOf(client, jobId, items), [client, jobId, items]);
  const box = useMemo(() => boxOf(items), [items]);
  const [state, setState] = useState(NOTHING_SET);
  const change = useCallback<Change>(
    (patch) => setState((now) => ({ ...now, ...(typeof patch === 'function' ? patch(now) : patch) })),
    [],
  );
  const [report] = useState(() => onScene);
  if (error) {
    return (
      <div className={styles['viewport']} role="alert">
        <p>{error.message}</p>
        <button type="button" className={styles['button']} onClick={() => void refetch()}>
          {t.retry}
        </button>
      </div>
    );
  }
  if (!data) return <div className={styles['viewport']} aria-busy="true" />;
  return (
    <Viewport
      jobId={jobId}
      sources={sources}
      box={box}
      state={state}
      change={change}
      onScene={report}
      onMove={onMove}
    />
  );
}
