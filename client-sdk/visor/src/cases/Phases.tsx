import type { JobProgress } from '@som3d/client';
import { useTexts } from '../texts.ts';
import { Card } from '../ui/Page.tsx';
import { casesTexts } from './cases.texts.ts';
import styles from './cases.module.css';

const PHASES = ['queued', 'reading', 'segmenting', 'meshing', 'packing'] as const;

/** Where a running case is, step by step. */
export function Phases({ progress: { phase, percent, status } }: { readonly progress: JobProgress }) {
  const t = useTexts(casesTexts);
  const at = PHASES.findIndex((name) => name === phase);
  return (
    <Card title={t.phases}>
      <ol className={styles['phases']}>
        {PHASES.map((name, index) => (
          <li
            key={name}
            className={index < at ? styles['past'] : index === at ? styles['present'] : undefined}
            aria-current={index === at ? 'step' : undefined}
          >
            {t[name]}
          </li>
        ))}
      </ol>
      <progress className={styles['whole']} max={100} value={percent} aria-label={t.phases} />
      <p>
        {t.progress(percent)} · {status === 'queued' ? t.waiting : t.working}
      </p>
    </Card>
  );
}
