import type { Me } from '@som3d/client';
import { useMutation } from '@tanstack/react-query';
import { q } from '../service.ts';
import { signOut, useMe } from '../session/use-session.ts';
import { Preferences } from '../shell/Preferences.tsx';
import { useTexts } from '../texts.ts';
import { Alert } from '../ui/Alert.tsx';
import { Button } from '../ui/Button.tsx';
import { Field, PasswordField, Row } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Card, Page } from '../ui/Page.tsx';
import { toast } from '../ui/Toast.tsx';
import { accountTexts } from './account.texts.ts';
import { CodeField } from './CodeField.tsx';
import { SessionsCard } from './SessionsCard.tsx';
import { UsageCard } from './UsageCard.tsx';

/** Own data, password, sessions, limits and the look of the application. */
export function AccountPage() {
  const t = useTexts(accountTexts);
  const me = useMe();
  return (
    <Page
      title={t.accountTitle}
      narrow
      actions={<Button onClick={() => void signOut().catch(() => location.reload())}>{t.signOut}</Button>}
    >
      {!me.activo && <Alert kind="info">{t.inactive}</Alert>}
      <OwnData me={me} />
      <Card title={t.appearance}>
        <Preferences />
      </Card>
      <UsageCard />
      <SessionsCard />
      <Email me={me} />
      <Password />
    </Page>
  );
}

function OwnData({ me }: { readonly me: Me }) {
  const t = useTexts(accountTexts);
  const update = useMutation(q.auth.updateMe);
  const save = async ({ nombre, apellido, telefono, ciudad, direccion }: Values) => {
    await update.mutateAsync({
      body: { nombre, apellido, telefono: telefono || null, ciudad: ciudad || null, direccion: direccion || null },
    });
    toast(t.saved);
  };
  return (
    <Card title={t.ownData}>
      <Form submit={t.save} label={t.ownData} onSubmit={save}>
        <Row>
          <Field name="nombre" label={t.name} defaultValue={me.nombre} autoComplete="given-name" required />
          <Field name="apellido" label={t.surname} defaultValue={me.apellido} autoComplete="family-name" required />
        </Row>
        <Row>
          <Field name="telefono" label={t.phone} defaultValue={me.telefono ?? ''} type="tel" autoComplete="tel" />
          <Field name="ciudad" label={t.city} defaultValue={me.ciudad ?? ''} autoComplete="address-level2" />
        </Row>
        <Field name="direccion" label={t.address} defaultValue={me.direccion ?? ''} autoComplete="street-address" />
      </Form>
    </Card>
  );
}

function Email({ me }: { readonly me: Me }) {
  const t = useTexts(accountTexts);
  const update = useMutation(q.auth.updateMe);
  const confirm = useMutation(q.auth.confirmEmail);
  const prove = async (code: string) => {
    await confirm.mutateAsync({ body: { code } });
    toast(t.emailChanged);
  };
  return (
    <Card title={t.changeEmail}>
      {me.correo_pendiente ? (
        <Form submit={t.confirm} label={t.changeEmail} onSubmit={({ code = '' }) => prove(code)}>
          <p>{t.pendingEmail(me.correo_pendiente)}</p>
          <CodeField />
        </Form>
      ) : (
        <Form
          submit={t.sendCode}
          label={t.changeEmail}
          onSubmit={({ correo, password_actual }) => update.mutateAsync({ body: { correo, password_actual } })}
        >
          <p>{me.correo}</p>
          <Field name="correo" label={t.newEmail} type="email" required autoComplete="email" />
          <PasswordField name="password_actual" label={t.presentPassword} autoComplete="current-password" required />
        </Form>
      )}
    </Card>
  );
}

function Password() {
  const t = useTexts(accountTexts);
  const update = useMutation(q.auth.updateMe);
  return (
    <Card title={t.changePassword}>
      <Form
        submit={t.save}
        label={t.changePassword}
        onSubmit={({ password, password_actual }) => update.mutateAsync({ body: { password, password_actual } })}
      >
        <p>{t.changePasswordHint}</p>
        <PasswordField name="password_actual" label={t.presentPassword} autoComplete="current-password" required />
        <PasswordField
          name="password"
          label={t.newPassword}
          hint={t.passwordHint}
          autoComplete="new-password"
          required
          minLength={8}
          maxLength={128}
        />
      </Form>
    </Card>
  );
}
