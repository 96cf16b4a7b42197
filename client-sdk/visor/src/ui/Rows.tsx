import type { ReactNode } from 'react';
import styles from './Rows.module.css';

/** A list of rows: a heading or a name, facts below, and what can be done at the end. Each child is an `li`. */
export function Rows({ children, busy = false }: { readonly children: ReactNode; readonly busy?: boolean }) {
  return (
    <ul className={styles['rows']} aria-busy={busy}>
      {children}
    </ul>
  );
}

/** What can be done with a row. */
export function RowActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles['actions']}>{children}</div>;
}
