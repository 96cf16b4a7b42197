import type { ReactNode } from 'react';
import { useDescribe } from '../describe-error.ts';
import { defineTexts, useTexts } from '../texts.ts';
import { Button } from './Button.tsx';
import { Icon, type IconName } from './Icon.tsx';
import styles from './States.module.css';

const texts = defineTexts(
  { failed: 'No se pudo cargar', retry: 'Intentar de nuevo', loading: 'Cargando…' },
  { failed: 'It could not be loaded', retry: 'Try again', loading: 'Loading…' },
);

/** There is nothing here yet, and what to do about it. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className={styles['state']}>
      <Icon name={icon} size={40} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failed({ error, retry }: { readonly error: unknown; readonly retry?: (() => void) | undefined }) {
  const t = useTexts(texts);
  const describe = useDescribe();
  return (
    <div className={styles['state']} role="alert">
      <Icon name="warning" size={40} />
      <h2>{t.failed}</h2>
      <p>{describe(error)}</p>
      {retry && <Button onClick={retry}>{t.retry}</Button>}
    </div>
  );
}

/** Grey bars in the place of what comes, so that nothing moves when it does. @param rows how many */
export function Loading({ rows = 5, height = 76 }: { readonly rows?: number; readonly height?: number }) {
  const t = useTexts(texts);
  return (
    <div className={styles['loading']} role="status">
      <span className="visually-hidden">{t.loading}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles['bar']} style={{ height }} />
      ))}
    </div>
  );
}
