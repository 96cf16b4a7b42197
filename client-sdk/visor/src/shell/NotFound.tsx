import { useTexts } from '../texts.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { Page } from '../ui/Page.tsx';
import { shellTexts } from './shell.texts.ts';

export function NotFound() {
  const t = useTexts(shellTexts);
  return (
    <Page title={t.notFound} narrow>
      <p>{t.notFoundText}</p>
      <div>
        <ButtonLink to="/casos" kind="primary">
          {t.home}
        </ButtonLink>
      </div>
    </Page>
  );
}
