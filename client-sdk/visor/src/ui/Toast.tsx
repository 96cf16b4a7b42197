import { useEffect } from 'react';
import { Store, useStore } from '../store.ts';
import styles from './Toast.module.css';

interface Message {
  readonly text: string;
}

const current = new Store<Message | undefined>(undefined);
const SHOWN_MS = 6_000;

/** Says shortly that something was done. */
export function toast(text: string): void {
  current.set({ text });
}

/** The place of the messages; a screen reader reads each. */
export function Toasts() {
  const message = useStore(current);
  useEffect(() => {
    if (!message) return undefined;
    const timer = setTimeout(() => current.set(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <div className={styles['place']} role="status">
      {message && <p className={styles['toast']}>{message.text}</p>}
    </div>
  );
}
