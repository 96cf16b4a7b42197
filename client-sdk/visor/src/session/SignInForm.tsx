import { ApiError } from '@som3d/client';
import { type ReactNode, useState } from 'react';
import { session } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Field, PasswordField } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { sessionTexts } from './session.texts.ts';

const SECOND_FACTOR = 'urn:som3d:problem:second-factor';

/** Address and password, and the second factor once the service asks for it. The session's state says when it worked. */
export function SignInForm({ secondary, email }: { readonly secondary?: ReactNode; readonly email?: string }) {
  const t = useTexts(sessionTexts);
  const [asksCode, setAsksCode] = useState(false);
  const signIn = async ({ correo = '', password = '', totp }: Values) => {
    try {
      await session.login({ correo, password, ...(totp ? { totp } : {}) });
    } catch (error) {
      if (asksCode || !(error instanceof ApiError) || error.type !== SECOND_FACTOR) throw error;
      setAsksCode(true);
    }
  };
  return (
    <Form label={t.signIn} submit={t.signIn} secondary={secondary} onSubmit={signIn}>
      <Field name="correo" label={t.email} type="email" autoComplete="username" required defaultValue={email} />
      <PasswordField name="password" label={t.password} autoComplete="current-password" required />
      {asksCode && <Field name="totp" label={t.secondFactor} autoComplete="one-time-code" required autoFocus />}
    </Form>
  );
}
