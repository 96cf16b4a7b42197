import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../service.ts';
import { Front } from '../shell/Front.tsx';
import { useTexts } from '../texts.ts';
import { Field, PasswordField } from '../ui/Field.tsx';
import { Form } from '../ui/Form.tsx';
import { toast } from '../ui/Toast.tsx';
import { accountTexts } from './account.texts.ts';
import { CodeField } from './CodeField.tsx';

/** A new password by the code that comes by mail. */
export function ResetPage() {
  const t = useTexts(accountTexts);
  const navigate = useNavigate();
  const [sent, setSent] = useState<{ readonly correo: string; readonly token: string; readonly minutes: number }>();
  const back = <Link to="/entrar">{t.back}</Link>;
  const ask = async (correo: string) => {
    const { body } = await client.auth.forgotPasswordCode({ body: { correo } });
    setSent({ correo, token: body.token, minutes: body.expires_in });
  };
  const reset = async (token: string, code: string, new_password: string) => {
    await client.auth.resetPasswordCode({ body: { token, code, new_password } });
    toast(t.done);
    await navigate({ to: '/entrar' });
  };
  return (
    <Front>
      <h1>{t.resetTitle}</h1>
      {sent ? (
        <>
          <p>{t.codeSent(sent.correo, sent.minutes)}</p>
          <Form
            submit={t.save}
            label={t.resetTitle}
            secondary={back}
            onSubmit={({ code = '', new_password = '' }) => reset(sent.token, code, new_password)}
          >
            <CodeField />
            <PasswordField
              name="new_password"
              label={t.newPassword}
              hint={t.passwordHint}
              autoComplete="new-password"
              required
              minLength={8}
              maxLength={128}
            />
          </Form>
        </>
      ) : (
        <>
          <p>{t.resetIntro}</p>
          <Form submit={t.sendCode} label={t.resetTitle} secondary={back} onSubmit={({ correo = '' }) => ask(correo)}>
            <Field name="correo" label={t.email} type="email" autoComplete="username" required />
          </Form>
        </>
      )}
    </Front>
  );
}
