import { Som3dError } from '@som3d/client';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Page } from '../ui/Page.tsx';
import { Failed } from '../ui/States.tsx';
import { shellTexts } from './shell.texts.ts';

/** What a page shows that could not be read, or that has a fault. */
export function Crashed({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  const t = useTexts(shellTexts);
  if (error instanceof Som3dError) return <Failed error={error} retry={reset} />;
  return (
    <Page title={t.crashed} narrow>
      <p>{t.crashedText}</p>
      <div>
        <Button kind="primary" onClick={() => location.reload()}>
          {t.reload}
        </Button>
      </div>
    </Page>
  );
}
