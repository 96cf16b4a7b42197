import { randomBytes } from 'node:crypto';
import { signConfirmation } from '@som3d/client/testing';
import type { ConfirmationAnswer, StartedCheckout } from '@som3d/contract';
import { billing, entities } from '@som3d/server/testing';
import { expect } from 'vitest';
import type { GatewayDouble, GatewayRecord } from './epayco-gateway.ts';
import type { Session, TestServer } from './server.ts';
import { newPlan } from './subscriptions.ts';

/** The account of the tests: its keys sign confirmations. */
export const ACCOUNT = { customerId: '1530000', key: 'a signing key of the tests' };

/** Variables of a service that takes payments through the double. */
export function paymentEnv(gateway: GatewayDouble): Record<string, string> {
  return {
    ...gateway.env,
    EPAYCO_PUBLIC_KEY: 'public-key-of-the-tests',
    P_CUST_ID_CLIENTE: ACCOUNT.customerId,
    P_KEY: ACCOUNT.key,
    EPAYCO_TIMEOUT_SECONDS: '1',
    // tests move the clock by days
    JWT_EXPIRE_MINUTES: '43200',
  };
}

/** A doctor in front of the gateway's form. */
export interface Order extends StartedCheckout {
  readonly doctor: Session;
}

/** A payment as the gateway knows it and tells it. */
export type GatewayFields = Record<string, string>;

/** Fields of a recorded confirmation: it has the number alone, not the redirect's reference. */
export function withoutRedirect(fields: GatewayFields): GatewayFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'ref_payco'));
}

const WORDS: Record<string, string> = {
  '1': 'Aceptada',
  '2': 'Rechazada',
  '3': 'Pendiente',
  '4': 'Fallida',
  '6': 'Reversada',
  '12': 'Antifraude',
};
let references = 300_000_000;

/** The fields of a payment for an order, under a new reference. */
export function paymentFields(
  { checkout }: Pick<StartedCheckout, 'checkout'>,
  code = '1',
  changes: GatewayFields = {},
): GatewayFields {
  const reference = String(++references);
  return {
    ref_payco: randomBytes(12).toString('hex'),
    x_ref_payco: reference,
    x_transaction_id: `T${reference}`,
    x_amount: checkout.amount,
    x_currency_code: 'COP',
    x_cod_response: code,
    x_response: WORDS[code] ?? '',
    x_response_reason_text: '00-Aprobada',
    x_id_invoice: checkout.invoice,
    x_extra1: checkout.extra1,
    x_test_request: 'TRUE',
    x_approval_code: '000000',
    x_transaction_date: '2026-01-31 10:20:30',
    x_description: checkout.description,
    ...changes,
  };
}

/** The gateway's signature over the values as they are. */
export function signed(fields: GatewayFields): GatewayFields {
  return signConfirmation(ACCOUNT, {
    ...fields,
    x_ref_payco: fields['x_ref_payco'] ?? '',
    x_transaction_id: fields['x_transaction_id'] ?? '',
    x_amount: fields['x_amount'] ?? '',
    x_currency_code: fields['x_currency_code'] ?? '',
  });
}

/** What the tests do with payments on one service. */
export function paymentsOn(api: () => TestServer, gateway: GatewayDouble) {
  const em = () => api().deps.orm.em.fork();

  const order = async (precio = 39_900): Promise<Order> => {
    const admin = await api().admin();
    const plan = await newPlan(admin.client, 1, precio);
    const doctor = await api().doctor();
    const { body } = await doctor.client.subscriptions.start({ body: { plan_id: plan.id_plan } });
    return { ...body, doctor };
  };

  /** Makes the gateway know a payment; a later call changes its state. */
  const atGateway = (fields: GatewayFields, code = fields['x_cod_response'] ?? ''): void => {
    const record: GatewayRecord = { ...fields, x_cod_response: Number(code), x_response: WORDS[code] ?? '' };
    delete record['ref_payco'];
    gateway.payments.set(fields['ref_payco'] ?? '', record);
  };

  const confirm = async (fields: GatewayFields): Promise<ConfirmationAnswer> =>
    (await api().client.epayco.confirm({ body: signed(fields) })).body;

  const events = async (fields: GatewayFields) =>
    await em().find(entities.EpaycoEvent, { ref_payco: fields['x_ref_payco'] ?? '' }, { orderBy: { id_event: 'asc' } });
  const summary = async (fields: GatewayFields) =>
    await em().findOneOrFail(entities.WebhookEvent, { ref_payco: fields['x_ref_payco'] ?? '' });
  const subscription = async ({ suscripcion_id }: StartedCheckout) =>
    await em().findOneOrFail(entities.Suscripcion, suscripcion_id);
  const paid = async ({ suscripcion_id }: StartedCheckout) =>
    await em().find(entities.Pago, { id_suscripcion: suscripcion_id });
  const mails = async ({ doctor }: Order) => await em().find(entities.MailOutbox, { to_address: doctor.user.correo });

  return {
    order,
    atGateway,
    confirm,
    events,
    summary,
    subscription,
    paid,
    mails,
    /** A round of the loop: works on everything that is due by the service's clock. */
    round: async () => await new billing.PaymentProcessor(api().deps).runDue(),
    /** A round of the loop that asks about issued checkouts. */
    ask: async () => await new billing.OpenCheckouts(api().deps, new billing.PaymentProcessor(api().deps)).runDue(),
    /** The issued checkout as it is stored. */
    checkout: async ({ checkout: { invoice } }: Pick<StartedCheckout, 'checkout'>) =>
      await em().findOneOrFail(entities.EpaycoCheckout, { invoice }),
    /** Exactly one payment, and its subscription active for a month. */
    expectGranted: async (started: Order, fields: GatewayFields): Promise<void> => {
      const rows = await paid(started);
      expect(rows).toMatchObject([{ referencia_epayco: fields['x_ref_payco'], estado: 'APROBADO' }]);
      const row = await subscription(started);
      expect(row.estado).toBe('ACTIVA');
      expect(row.fecha_expiracion).toEqual(rows[0]?.expiracion_otorgada);
      expect(row.fecha_expiracion?.getTime()).toBeGreaterThan(api().deps.clock().getTime());
      expect((await started.doctor.client.auth.me()).body.activo).toBe(true);
    },
    /** No payment, and the subscription as it was started. */
    expectNothing: async (started: Order): Promise<void> => {
      expect(await paid(started)).toEqual([]);
      expect(await subscription(started)).toMatchObject({ estado: 'PAUSADA' });
      expect((await started.doctor.client.auth.me()).body.activo).toBe(false);
    },
  };
}
