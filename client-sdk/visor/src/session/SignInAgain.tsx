import type { Me } from '@som3d/client';
import { q, queries } from '../service.ts';
import { shellTexts } from '../shell/shell.texts.ts';
import { useStore } from '../store.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { sessionState } from './session-state.ts';
import { SignInForm } from './SignInForm.tsx';

function leave(): void {
  sessionState.giveUp();
  queries.clear();
}

/** Above a page whose session ended: the page keeps what was typed, and nobody reads it meanwhile. */
export function SignInAgain() {
  const t = useTexts(shellTexts);
  const status = useStore(sessionState.status);
  if (status !== 'expired') return null;
  return (
    <Dialog title={t.expiredTitle} opaque>
      <p>{t.expired}</p>
      <SignInForm
        email={queries.getQueryData<Me>(q.auth.me().queryKey)?.correo ?? ''}
        secondary={
          <Button kind="quiet" onClick={leave}>
            {t.leave}
          </Button>
        }
      />
    </Dialog>
  );
}
