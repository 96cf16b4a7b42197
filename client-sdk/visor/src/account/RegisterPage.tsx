import type { RegisterBody } from '@som3d/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client, q, session } from '../service.ts';
import { Front } from '../shell/Front.tsx';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { Check, Field, PasswordField, Row } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { accountTexts } from './account.texts.ts';
import { CodeField } from './CodeField.tsx';

interface Pending {
  readonly body: RegisterBody;
  readonly token: string;
  readonly minutes: number;
}

function bodyOf({
  nombre = '',
  apellido = '',
  correo = '',
  password = '',
  telefono,
  ciudad,
  ...more
}: Values): RegisterBody {
  const accepted = more['terminos_version'] ? { terminos_version: more['terminos_version'] } : {};
  return { nombre, apellido, correo, password, telefono: telefono || null, ciudad: ciudad || null, ...accepted };
}

/** Data first, then the code that came by mail; then the person is signed in. */
export function RegisterPage() {
  const t = useTexts(accountTexts);
  const [pending, setPending] = useState<Pending>();
  const [editing, setEditing] = useState(true);
  const { data: terms } = useQuery(q.auth.terms());
  const begin = async (values: Values) => {
    const body = bodyOf(values);
    const answer = await client.auth.preRegister({ body });
    setPending({ body, token: answer.body.token, minutes: answer.body.expires_in });
    setEditing(false);
  };
  const confirm = async ({ body, token }: Pending, code: string) => {
    await client.auth.confirmCode({ body: { token, code } });
    await session.login({ correo: body.correo, password: body.password });
  };
  return (
    <Front>
      {/* Both stay on the page, so that nothing typed is lost on the way back. */}
      <div hidden={!editing}>
        <h1>{t.registerTitle}</h1>
        <p>{t.registerIntro}</p>
        <Form submit={t.sendCode} label={t.registerTitle} onSubmit={begin}>
          <Row>
            <Field name="nombre" label={t.name} autoComplete="given-name" required minLength={2} maxLength={100} />
            <Field
              name="apellido"
              label={t.surname}
              autoComplete="family-name"
              required
              minLength={2}
              maxLength={100}
            />
          </Row>
          <Field name="correo" label={t.email} type="email" autoComplete="username" required />
          <PasswordField
            name="password"
            label={t.password}
            hint={t.passwordHint}
            autoComplete="new-password"
            required
            minLength={8}
            maxLength={128}
          />
          <Row>
            <Field name="telefono" label={t.phone} type="tel" autoComplete="tel" />
            <Field name="ciudad" label={t.city} autoComplete="address-level2" />
          </Row>
          {terms?.version && terms.url && (
            <>
              <Check name="terminos_version" label={t.acceptTerms} value={terms.version} required />
              <p>
                <a href={terms.url} target="_blank" rel="noreferrer">
                  {t.readTerms}
                </a>
              </p>
            </>
          )}
        </Form>
        <p>
          {t.haveAccount} <Link to="/entrar">{t.signIn}</Link>
        </p>
      </div>
      {pending && !editing && (
        <>
          <h1>{t.codeTitle}</h1>
          <p>{t.codeSent(pending.body.correo, pending.minutes)}</p>
          <Form
            submit={t.confirm}
            label={t.codeTitle}
            onSubmit={({ code = '' }) => confirm(pending, code)}
            secondary={
              <Button kind="quiet" onClick={() => setEditing(true)}>
                {t.otherEmail}
              </Button>
            }
          >
            <CodeField />
          </Form>
        </>
      )}
    </Front>
  );
}
