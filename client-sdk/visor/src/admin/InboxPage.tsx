import type { InboxMessage, UpdateMessageBody } from '@som3d/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Select, TextArea } from '../ui/Field.tsx';
import { Choice, Filters, Search } from '../ui/Filters.tsx';
import { Form, type Values } from '../ui/Form.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Page } from '../ui/Page.tsx';
import { RowActions } from '../ui/Rows.tsx';
import { toast } from '../ui/Toast.tsx';
import { useAddress } from '../ui/use-address.ts';
import { adminTexts } from './admin.texts.ts';

const PAGE = 20;
const STATES = ['nuevo', 'analisis', 'en_curso', 'resuelto'] as const;

/** What doctors wrote, and the answers. */
export function InboxPage() {
  const t = useTexts(adminTexts);
  const address = useAddress();
  const search = address.text('q');
  const estado = STATES.find((known) => known === address.text('estado'));
  const query = { q: search || undefined, estado, page: address.page, page_size: PAGE };
  const list = useQuery({ ...q.messages.inbox({ query }), placeholderData: keepPreviousData });
  return (
    <Page title={t.messages}>
      <Filters>
        <Search label={t.search} value={search} onChange={(value) => address.set('q', value)} />
        <Choice
          label={t.state}
          value={estado ?? ''}
          options={[['', t.all], ...STATES.map((name) => [name, t[name]] as const)]}
          onChange={(value) => address.set('estado', value)}
        />
      </Filters>
      <ListOf list={list} empty={t.nothing} page={address.page} size={PAGE}>
        {(message) => <MessageRow key={message.id_mensaje} message={message} />}
      </ListOf>
    </Page>
  );
}

function MessageRow({ message }: { readonly message: InboxMessage }) {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const [open, setOpen] = useState(false);
  const { titulo, descripcion, medico, creado_en, estado, respuesta_admin } = message;
  const state = STATES.find((known) => known === estado);
  return (
    <li>
      <h2>{titulo}</h2>
      <p>{descripcion}</p>
      <p>
        {medico.nombre} {medico.apellido} · {format.instant(creado_en)}
      </p>
      {respuesta_admin !== null && (
        <p>
          <strong>{t.answerText}:</strong> {respuesta_admin}
        </p>
      )}
      <RowActions>
        <Badge tone={estado === 'resuelto' ? 'good' : 'plain'}>{state ? t[state] : estado}</Badge>
        <Button kind="quiet" onClick={() => setOpen(true)}>
          {t.answer}
        </Button>
      </RowActions>
      {open && <Answer message={message} onClose={() => setOpen(false)} />}
    </li>
  );
}

function Answer({ message, onClose }: { readonly message: InboxMessage; readonly onClose: () => void }) {
  const t = useTexts(adminTexts);
  const update = useMutation(q.messages.update);
  const send = async ({ respuesta_admin, estado }: Values) => {
    const body = { respuesta_admin: respuesta_admin || null, estado: estado as UpdateMessageBody['estado'] };
    await update.mutateAsync({ params: { id: message.id_mensaje }, body: { ...body, leido_admin: true } });
    toast(t.saved);
    onClose();
  };
  return (
    <Dialog title={message.titulo} onClose={onClose}>
      <Form submit={t.save} label={t.answer} onSubmit={send}>
        <p>{message.descripcion}</p>
        <Select name="estado" label={t.state} defaultValue={message.estado} required>
          {STATES.map((name) => (
            <option key={name} value={name}>
              {t[name]}
            </option>
          ))}
        </Select>
        <TextArea name="respuesta_admin" label={t.answerText} defaultValue={message.respuesta_admin ?? ''} rows={6} />
      </Form>
    </Dialog>
  );
}
