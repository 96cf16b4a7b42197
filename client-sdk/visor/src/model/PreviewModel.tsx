import { downloadPreview, type Client } from '@som3d/client';
import { useCallback, useMemo, useState } from 'react';
import { Box3 } from 'three';
import { useClient } from '../client-context.ts';
import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { readGlb, type Source } from './parts.ts';
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

/**
 * The first model of a running case, to turn while the fine one is made. For a job whose progress has `preview`. The fine
 * one then shows under the same camera.
 */
export function PreviewModel({ jobId }: { readonly jobId: string }) {
  const t = useTexts(toolTexts);
  const { model } = useTexts(modelTexts);
  const client = useClient();
  const sources = useMemo(() => [previewOf(client, jobId, model)], [client, jobId, model]);
  const [state, setState] = useState(NOTHING_SET);
  const change = useCallback<Change>(
    (patch) => setState((now) => ({ ...now, ...(typeof patch === 'function' ? patch(now) : patch) })),
    [],
  );
  return (
    <div className={styles['preview']}>
      <Viewport jobId={jobId} sources={sources} box={UNKNOWN} state={state} change={change} />
      <p className={styles['hint']}>{t.preview}</p>
    </div>
  );
}
