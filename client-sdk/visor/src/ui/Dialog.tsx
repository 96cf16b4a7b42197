import { type ReactNode, useEffect, useId, useRef } from 'react';
import { defineTexts, useTexts } from '../texts.ts';
import { Button } from './Button.tsx';
import styles from './Dialog.module.css';

const texts = defineTexts({ close: 'Cerrar' }, { close: 'Close' });

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Without it, the dialog cannot be left. */
  readonly onClose?: (() => void) | undefined;
  /** Nothing of the page is to be seen behind it. */
  readonly opaque?: boolean;
}

/** A modal dialog; the browser keeps the focus inside, and gives it back. It is open while it is on the page. */
export function Dialog({ title, children, onClose, opaque = false }: DialogProps) {
  const t = useTexts(texts);
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`${styles['dialog']} ${opaque ? styles['opaque'] : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <header className={styles['header']}>
        <h2 id={id}>{title}</h2>
        {onClose && (
          <Button kind="quiet" icon="close" iconOnly onClick={onClose}>
            {t.close}
          </Button>
        )}
      </header>
      {children}
    </dialog>
  );
}
