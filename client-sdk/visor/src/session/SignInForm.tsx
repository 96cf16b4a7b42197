import type { ReactNode } from 'react';
import { session } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Field, PasswordField } from '../ui/Field.tsx';
import { Form } from '../ui/Form.tsx';
import { sessionTexts } from './session.texts.ts';

/** Address and password. The session's state says when it worked. */
export function SignInForm({ secondary, email }: { readonly secondary?: ReactNode; readonly email?: string }) {
  const t = useTexts(sessionTexts);
  return (
    <Form
      label={t.signIn}
      submit={t.signIn}
      secondary={secondary}
      onSubmit={({ correo = '', password = '' }) => session.login({ correo, password })}
    >
      <Field name="correo" label={t.email} type="email" autoComplete="username" required defaultValue={email} />
      <PasswordField name="password" label={t.password} autoComplete="current-password" required />
    </Form>
  );
}
