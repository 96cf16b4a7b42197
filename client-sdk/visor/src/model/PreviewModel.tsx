import { downloadPreview, waitForJob, type Client } from '@som3d/client';
import { useCallback, useEffect, useState } from 'react';
import { Box3 } from 'three';
import { useClient } from '../client-context.ts';
import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { readGlb, type Source, sourcesOf } from './parts.ts';
import { toolTexts } from './tools.texts.ts';
import { NOTHING_SET, type Change } from './viewer-state.ts';
import { Viewport } from './Viewport.tsx';

/** Nobody has measured the preview: the camera stands by what came. */
const UNKNOWN = new Box3();

function previewOf(client: Client, jobId: string, label: string): Source {
  return {
    file: 'preview',
    label,
    opacity: 1,
    load: async (signal) => {
      const body = await downloadPreview(client, jobId, { signal });
      return { file: 'preview', ...(await readGlb(await body.arrayBuffer())) };
    },
  };
}

/** A running case: the first model turns as soon as there is one, and the fine one takes its place under the same camera. */
export function PreviewModel({
  jobId,
  onDone,
}: {
  readonly jobId: string;
  readonly onDone?: (() => void) | undefined;
}) {
  const t = useTexts(toolTexts);
  const client = useClient();
  const [sources, setSources] = useState<readonly Source[]>([]);
  const [percent, setPercent] = useState(0);
  const [isDone, setDone] = useState(false);
  const [error, setError] = useState<Error>();
  const [state, setState] = useState(NOTHING_SET);
  const change = useCallback<Change>(
    (patch) => setState((now) => ({ ...now, ...(typeof patch === 'function' ? patch(now) : patch) })),
    [],
  );
  useEffect(() => {
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      await waitForJob(client, jobId, {
        signal: stop.signal,
        onProgress: (progress) => setPercent(progress.percent),
        onPreview: () => setSources([previewOf(client, jobId, t.preview)]),
      });
      const { body } = await client.som3d.stls({ params: { id: jobId }, signal: stop.signal });
      setSources(sourcesOf(client, jobId, body.items));
      setDone(true);
    };
    follow().catch((failure: unknown) => {
      if (!stop.signal.aborted) setError(failure instanceof Error ? failure : new Error(t.cannot));
    });
    return () => stop.abort();
  }, [client, jobId, t]);
  useEffect(() => {
    if (isDone) onDone?.();
  }, [isDone, onDone]);

  return (
    <div className={styles['preview']}>
      {sources.length > 0 ? (
        <Viewport sources={sources} box={UNKNOWN} state={state} change={change} />
      ) : (
        <div className={styles['viewport']} aria-busy={!error} />
      )}
      {error ? (
        <p className={styles['error']} role="alert">
          {error.message}
        </p>
      ) : (
        <p className={styles['hint']} role="status">
          {isDone ? '' : sources.length > 0 ? t.preview : t.waiting(percent)}
        </p>
      )}
    </div>
  );
}
