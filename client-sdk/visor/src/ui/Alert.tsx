import type { ReactNode } from 'react';
import styles from './Alert.module.css';
import { Icon } from './Icon.tsx';

/** Something that went wrong, or that needs attention. */
export function Alert({ kind = 'bad', children }: { readonly kind?: 'bad' | 'info'; readonly children: ReactNode }) {
  return (
    <div className={`${styles['alert']} ${styles[kind]}`}>
      {kind === 'bad' && <Icon name="warning" />}
      <div>{children}</div>
    </div>
  );
}
