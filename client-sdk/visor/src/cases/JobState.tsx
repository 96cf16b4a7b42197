import type { JobProgress } from '@som3d/client';
import { useTexts } from '../texts.ts';
import { Badge, type Tone } from '../ui/Badge.tsx';
import { casesTexts } from './cases.texts.ts';
import styles from './cases.module.css';

const TONES: Readonly<Record<JobProgress['status'], Tone>> = {
  queued: 'plain',
  running: 'accent',
  done: 'good',
  error: 'bad',
  canceled: 'plain',
};

/** The state of a case; while it runs, its phase and how far it is. */
export function JobState({ progress: { status, phase, percent } }: { readonly progress: JobProgress }) {
  const t = useTexts(casesTexts);
  if (status !== 'running') return <Badge tone={TONES[status]}>{t[status]}</Badge>;
  const text = t[phase];
  return (
    <span className={styles['progress']}>
      <span>
        {text} <span className={styles['percent']}>{t.progress(percent)}</span>
      </span>
      <progress max={100} value={percent} aria-label={text} />
    </span>
  );
}
