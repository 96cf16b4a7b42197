import { createQueries } from '@som3d/client/query';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from '../client-context.ts';
import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { PartsPanel } from './PartsPanel.tsx';
import { NOTHING_SET, type Change } from './viewer-state.ts';
import { Viewport } from './Viewport.tsx';

/** The addresses of the files are not used, so the list holds as long as the page is open. */
const STALE_MS = Infinity;

/** A finished case to look at, to measure and to print. Loaded when a model is opened. */
export function ModelPage({ jobId }: { readonly jobId: string }) {
  const t = useTexts(modelTexts);
  const client = useClient();
  const q = useMemo(() => createQueries(client), [client]);
  const stls = useQuery({ ...q.som3d.stls({ params: { id: jobId } }), staleTime: STALE_MS });
  const context = useQuery(q.som3d.stateContext({ params: { id: jobId } }));
  const [state, setState] = useState(NOTHING_SET);
  const change = useCallback<Change>(
    (patch) => setState((now) => ({ ...now, ...(typeof patch === 'function' ? patch(now) : patch) })),
    [],
  );
  const page = useRef<HTMLDivElement>(null);
  const [full, setFull] = useState(false);
  useEffect(() => {
    const follow = (): void => setFull(document.fullscreenElement === page.current);
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, []);

  const title = context.data?.job.nombre_proceso ?? t.model;
  useEffect(() => {
    document.title = `${title} · SOM3D`;
  }, [title]);
  const items = stls.data?.items;

  if (stls.error) {
    return (
      <div className={styles['state']} role="alert">
        <h1>{t.notFinished}</h1>
        <p>{stls.error.message}</p>
        <button type="button" className={styles['button']} onClick={() => void stls.refetch()}>
          {t.retry}
        </button>
      </div>
    );
  }
  if (items?.length === 0) {
    return (
      <div className={styles['state']}>
        <h1>{t.empty}</h1>
      </div>
    );
  }
  return (
    <div ref={page} className={styles['page']}>
      <header className={styles['head']}>
        <h1>{title}</h1>
        <p className={styles['warning']}>{t.notForDiagnosis}</p>
      </header>
      {items ? (
        <Viewport
          jobId={jobId}
          items={items}
          state={state}
          change={change}
          actions={
            <button
              type="button"
              aria-pressed={full}
              onClick={() => void (full ? document.exitFullscreen() : page.current?.requestFullscreen())}
            >
              {full ? t.leaveFullScreen : t.fullScreen}
            </button>
          }
        />
      ) : (
        <div className={styles['viewport']} aria-busy="true" />
      )}
      <section className={styles['panel']} aria-label={t.tools}>
        <h2>{t.parts}</h2>
        {items && <PartsPanel items={items} state={state} change={change} />}
      </section>
    </div>
  );
}
