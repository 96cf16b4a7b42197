import type { CreateMessageBody, Message } from '@som3d/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field, Row, Select, TextArea } from '../ui/Field.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { Page } from '../ui/Page.tsx';
import { Pager } from '../ui/Pager.tsx';
import { RowActions, Rows } from '../ui/Rows.tsx';
import { Empty, Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import { useAddress } from '../ui/use-address.ts';
import { messagesTexts } from './messages.texts.ts';

const PAGE = 20;
const STATES = ['nuevo', 'analisis', 'en_curso', 'resuelto'] as const;

/** Messages to the administrators, and their answers. */
export function MessagesPage() {
  const t = useTexts(messagesTexts);
  const address = useAddress();
  const [writing, setWriting] = useState(false);
  const { data, error, refetch } = useQuery({
    ...q.messages.list({ query: { page: address.page, page_size: PAGE } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title={t.title}
      narrow
      actions={
        <Button kind="primary" icon="plus" onClick={() => setWriting(true)}>
          {t.new}
        </Button>
      }
    >
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={4} />}
      {data?.rows.length === 0 && (
        <Empty icon="messages" title={t.empty}>
          <p>{t.intro}</p>
        </Empty>
      )}
      {data && data.rows.length > 0 && (
        <Rows>
          {data.rows.map((message) => (
            <MessageRow key={message.id_mensaje} message={message} />
          ))}
        </Rows>
      )}
      {data && <Pager page={address.page} size={PAGE} total={data.total} />}
      {writing && <Write onClose={() => setWriting(false)} />}
    </Page>
  );
}

function MessageRow({ message }: { readonly message: Message }) {
  const t = useTexts(messagesTexts);
  const format = useFormats();
  const read = useMutation(q.messages.markRead);
  const { id_mensaje, titulo, descripcion, estado, respuesta_admin, leido_medico, creado_en } = message;
  const state = STATES.find((known) => known === estado);
  const isNew = respuesta_admin !== null && !leido_medico;
  return (
    <li>
      <h2>{titulo}</h2>
      <p>{descripcion}</p>
      <p>{format.instant(creado_en)}</p>
      {respuesta_admin !== null && (
        <p>
          <strong>{t.answer}:</strong> {respuesta_admin}
        </p>
      )}
      <RowActions>
        <Badge tone={estado === 'resuelto' ? 'good' : 'plain'}>{state ? t[state] : estado}</Badge>
        {isNew && (
          <>
            <Badge tone="accent">{t.unread}</Badge>
            <Button kind="quiet" busy={read.isPending} onClick={() => read.mutate({ params: { id: id_mensaje } })}>
              {t.markRead}
            </Button>
          </>
        )}
      </RowActions>
    </li>
  );
}

function Write({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(messagesTexts);
  const create = useMutation(q.messages.create);
  const send = async (values: Values) => {
    await create.mutateAsync({ body: values as unknown as CreateMessageBody });
    toast(t.sent);
    onClose();
  };
  return (
    <Dialog title={t.new} onClose={onClose}>
      <Form submit={t.send} label={t.new} onSubmit={send}>
        <p>{t.intro}</p>
        <Row>
          <Select name="tipo" label={t.kind} required>
            <option value="error">{t.error}</option>
            <option value="sugerencia">{t.sugerencia}</option>
          </Select>
          <Select name="severidad" label={t.severity} required defaultValue="media">
            <option value="baja">{t.baja}</option>
            <option value="media">{t.media}</option>
            <option value="alta">{t.alta}</option>
          </Select>
        </Row>
        <Field name="titulo" label={t.subject} required minLength={5} maxLength={200} />
        <TextArea name="descripcion" label={t.text} required minLength={10} maxLength={2000} rows={6} />
      </Form>
    </Dialog>
  );
}
