import type { ReactNode } from 'react';
import { Brand } from './Brand.tsx';
import styles from './Front.module.css';
import { Preferences } from './Preferences.tsx';

/** A page for somebody without a session: one card in the middle. */
export function Front({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles['front']}>
      <main className={styles['card']}>
        <Brand />
        {children}
      </main>
      <footer>
        <Preferences />
      </footer>
    </div>
  );
}
