import type { PaymentEvent } from '@som3d/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useDescribe } from '../describe-error.ts';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Field } from '../ui/Field.tsx';
import { Choice, Filters } from '../ui/Filters.tsx';
import { Form } from '../ui/Form.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Card, Page } from '../ui/Page.tsx';
import { RowActions } from '../ui/Rows.tsx';
import { toast } from '../ui/Toast.tsx';
import { useAddress } from '../ui/use-address.ts';
import { adminTexts } from './admin.texts.ts';

const PAGE = 25;
const STATES = ['PENDIENTE', 'PROCESADO', 'RECHAZADO', 'IGNORADO', 'AGOTADO'] as const;

/** What the gateway reported, and payments that it did not. */
export function PaymentsPage() {
  const t = useTexts(adminTexts);
  const address = useAddress();
  const estado = STATES.find((known) => known === address.text('estado'));
  const query = { estado, limit: PAGE, offset: (address.page - 1) * PAGE };
  const events = useQuery({ ...q.epayco.listEvents({ query }), placeholderData: keepPreviousData });
  const enter = useMutation(q.epayco.enterReference);
  const look = async (ref_payco: string) => {
    await enter.mutateAsync({ body: { ref_payco } });
    toast(t.entered);
  };
  return (
    <Page title={t.payments}>
      <Card title={t.enterReference}>
        <Form submit={t.enterReference} label={t.enterReference} onSubmit={({ ref_payco = '' }) => look(ref_payco)}>
          <p>{t.enterHint}</p>
          <Field name="ref_payco" label={t.reference} required maxLength={100} autoComplete="off" />
        </Form>
      </Card>
      <h2>{t.inbox}</h2>
      <Filters>
        <Choice
          label={t.state}
          value={estado ?? ''}
          options={[['', t.all], ...STATES.map((name) => [name, name] as const)]}
          onChange={(value) => address.set('estado', value)}
        />
      </Filters>
      <ListOf list={events} empty={t.nothing} page={address.page} size={PAGE}>
        {(event) => <EventRow key={event.id_event} event={event} />}
      </ListOf>
    </Page>
  );
}

function EventRow({ event }: { readonly event: PaymentEvent }) {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const describe = useDescribe();
  const retry = useMutation({
    ...q.epayco.retryEvent,
    onSuccess: () => toast(t.retried),
    onError: (error) => toast(describe(error)),
  });
  const amount = event.amount === null ? '' : format.money(Number(event.amount));
  const waits = event.estado === 'PENDIENTE' || event.estado === 'AGOTADO';
  return (
    <li>
      <h3>{[event.ref_payco, event.estado_pago, amount].filter(Boolean).join(' · ')}</h3>
      <p>
        {[format.instant(event.created_at), event.invoice, event.resultado ?? event.last_error]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <RowActions>
        {event.por_reembolsar && <Badge tone="warn">{t.refund}</Badge>}
        <Badge tone={event.estado === 'PROCESADO' ? 'good' : 'plain'}>{event.estado}</Badge>
        {waits && (
          <Button kind="quiet" busy={retry.isPending} onClick={() => retry.mutate({ params: { id: event.id_event } })}>
            {t.retry}
          </Button>
        )}
      </RowActions>
    </li>
  );
}
