import type { ReactNode } from 'react';
import { defineTexts, useTexts } from '../texts.ts';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { Form } from './Form.tsx';

const texts = defineTexts({ keep: 'No, volver' }, { keep: 'No, go back' });

interface ConfirmProps {
  readonly title: string;
  readonly action: string;
  readonly children: ReactNode;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that cannot be undone. A failure is said here. */
export function Confirm({ title, action, children, onConfirm, onClose }: ConfirmProps) {
  const t = useTexts(texts);
  const confirm = async () => {
    await onConfirm();
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <Form submit={action} danger onSubmit={confirm} secondary={<Button onClick={onClose}>{t.keep}</Button>}>
        {children}
      </Form>
    </Dialog>
  );
}
