import { useTexts } from '../texts.ts';
import { Field } from '../ui/Field.tsx';
import { accountTexts } from './account.texts.ts';

/** The code that came by mail. */
export function CodeField() {
  const t = useTexts(accountTexts);
  return (
    <Field
      name="code"
      label={t.code}
      required
      inputMode="numeric"
      autoComplete="one-time-code"
      minLength={6}
      maxLength={6}
      pattern="[0-9]*"
    />
  );
}
