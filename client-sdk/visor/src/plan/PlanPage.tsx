import type { MyHospitalStatus, MySubscriptionStatus, Plan } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useDescribe } from '../describe-error.ts';
import { useFormats } from '../format.ts';
import { keepCheckout } from '../pay/checkout.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Field } from '../ui/Field.tsx';
import { Form } from '../ui/Form.tsx';
import { Card, Facts, Page } from '../ui/Page.tsx';
import { RowActions, Rows } from '../ui/Rows.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import { planTexts } from './plan.texts.ts';

/** What the person pays, or their hospital. */
export function PlanPage() {
  const t = useTexts(planTexts);
  const mine = useQuery(q.subscriptions.mineStatus());
  const hospital = useQuery(q.hospitals.mineStatus());
  const failed = [mine, hospital].find(({ error }) => error);
  return (
    <Page title={t.title} narrow>
      {failed && <Failed error={failed.error} retry={() => void failed.refetch()} />}
      {mine.data && hospital.data ? (
        <>
          <Subscription status={mine.data} />
          <HospitalCard status={hospital.data} />
          <Plans status={mine.data} />
        </>
      ) : (
        !failed && <Loading rows={3} height={180} />
      )}
    </Page>
  );
}

function Subscription({ status }: { readonly status: MySubscriptionStatus }) {
  const t = useTexts(planTexts);
  const format = useFormats();
  const { has, active, plan, fecha_expiracion, last_payment } = status;
  return (
    <Card
      title={t.present}
      actions={has && <Badge tone={active ? 'good' : 'warn'}>{active ? t.active : t.inactive}</Badge>}
    >
      {has ? (
        <Facts
          facts={[
            [t.plan, plan?.nombre],
            [t.expires, fecha_expiracion ? format.instant(fecha_expiracion) : t.never],
            [
              t.lastPayment,
              last_payment && `${format.money(last_payment.monto)} · ${format.day(last_payment.fecha_pago)}`,
            ],
            [t.reference, last_payment?.referencia],
          ]}
        />
      ) : (
        <p>{t.none}</p>
      )}
    </Card>
  );
}

function HospitalCard({ status }: { readonly status: MyHospitalStatus }) {
  const t = useTexts(planTexts);
  const link = useMutation(q.hospitals.linkByCode);
  const join = async (codigo: string) => {
    await link.mutateAsync({ body: { codigo } });
    toast(t.linkedToast);
  };
  return (
    <Card title={t.hospital}>
      {status.hospital ? (
        <>
          <p>{t.linked(status.hospital.nombre)}</p>
          <p>{status.active ? t.hospitalActive : t.hospitalInactive}</p>
        </>
      ) : (
        <Form submit={t.link} label={t.hospital} onSubmit={({ codigo = '' }) => join(codigo)}>
          <p>{t.codeHint}</p>
          <Field name="codigo" label={t.code} required maxLength={12} autoComplete="off" autoCapitalize="characters" />
        </Form>
      )}
    </Card>
  );
}

function Plans({ status }: { readonly status: MySubscriptionStatus }) {
  const t = useTexts(planTexts);
  const { data, error, refetch } = useQuery(q.plans.list());
  return (
    <Card title={t.plans}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={3} height={64} />}
      {data?.rows.length === 0 && <p>{t.noPlans}</p>}
      {data && data.rows.length > 0 && (
        <>
          <p>{status.can_start || status.can_pay ? t.external : t.cannotStart}</p>
          <Rows>
            {data.rows.map((plan) => (
              <PlanRow key={plan.id_plan} plan={plan} payable={status.can_start || status.can_pay} />
            ))}
          </Rows>
        </>
      )}
    </Card>
  );
}

function PlanRow({ plan, payable }: { readonly plan: Plan; readonly payable: boolean }) {
  const t = useTexts(planTexts);
  const format = useFormats();
  const describe = useDescribe();
  const start = useMutation({
    ...q.subscriptions.start,
    onSuccess: ({ checkout }) => {
      keepCheckout(checkout);
      // A document of its own: only there may the gateway's script run.
      location.assign(new URL('pago.html', document.baseURI));
    },
  });
  return (
    <li>
      <h3>{plan.nombre}</h3>
      <p>
        {format.money(plan.precio)} {t.months(plan.duracion_meses)}
      </p>
      {start.error && <p role="alert">{describe(start.error)}</p>}
      {payable && (
        <RowActions>
          <Button
            kind="primary"
            busy={start.isPending}
            onClick={() => start.mutate({ body: { plan_id: plan.id_plan } })}
          >
            {t.choose}
            <span className="visually-hidden"> {plan.nombre}</span>
          </Button>
        </RowActions>
      )}
    </li>
  );
}
