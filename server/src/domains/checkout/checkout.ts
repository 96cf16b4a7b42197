import { randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import type { Checkout } from '@som3d/contract';
import { pauseAfter, plusMs } from '../../base/backoff.ts';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import type { Payer, SessionRequest } from '../../gateways/epayco/gateway.ts';
import { escapeHtml } from '../../base/html.ts';
import type { Plan } from '../../db/entities/plans.entity.ts';
import { EpaycoCheckout } from '../../db/entities/epayco.entity.ts';
import { FOLLOW } from './follow.ts';
import { formatAmount, splitTax } from './money.ts';

const SCRIPT = 'https://checkout.epayco.co/checkout.js';

type PaidPlan = Pick<Plan, 'id_plan' | 'nombre' | 'precio' | 'duracion_meses'>;

/** `SOM3D-S12-20260131T235959-a1b2c3d4e5`: readable, and the random part cannot be guessed. */
function invoiceOf(id_suscripcion: number, now: Date): string {
  const timestamp = now.toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `SOM3D-S${id_suscripcion}-${timestamp}-${randomBytes(5).toString('hex')}`;
}

/**
 * Stores what a payment has to agree with: the plan's price and months as they are now. It runs in the caller's
 * transaction, which holds the payer's row: a bound on open checkouts can be checked there.
 */
export async function recordCheckout(
  em: EntityManager,
  { clock, config }: Pick<Deps, 'clock' | 'config'>,
  { id_suscripcion, plan }: { readonly id_suscripcion: number; readonly plan: PaidPlan },
): Promise<EpaycoCheckout> {
  const now = clock();
  const checkout = em.create(EpaycoCheckout, {
    invoice: invoiceOf(id_suscripcion, now),
    id_suscripcion,
    id_plan: plan.id_plan,
    amount: plan.precio,
    currency: 'COP',
    test: config.EPAYCO_TEST,
    duracion_meses: plan.duracion_meses,
    next_attempt_at: plusMs(now, pauseAfter(FOLLOW, 1)),
    created_at: now,
  });
  await em.flush();
  return checkout;
}

/** An address of this service as the gateway and the payer's browser reach it. */
function callbackAddress({ address, config }: Pick<Deps, 'address' | 'config'>, path: string): string {
  return `${address.url}${path}${config.USE_NGROK_SKIP ? '?ngrok-skip-browser-warning=true' : ''}`;
}

function billingOf(payer: Payer | undefined) {
  return {
    ...(payer?.name ? { name_billing: payer.name } : {}),
    ...(payer?.email ? { email_billing: payer.email } : {}),
    ...(payer?.phone ? { mobilephone_billing: payer.phone } : {}),
    ...(payer?.address ? { address_billing: payer.address } : {}),
  };
}

/** The gateway's script tag. A field's name becomes an attribute: `tax_base` is `data-epayco-tax-base`. */
function scriptTag({ session_id: _session, ...fields }: Checkout): string {
  const attributes = Object.entries(fields).map(
    ([name, value]) => `data-epayco-${name.replaceAll('_', '-')}="${escapeHtml(String(value))}"`,
  );
  return `<form><script src="${SCRIPT}" class="epayco-button" ${attributes.join(' ')}></script></form>`;
}

/** A session of the gateway for a recorded checkout; undefined when it makes none. */
async function openSession(
  { epayco, log, orm }: Pick<Deps, 'epayco' | 'log' | 'orm'>,
  { id_checkout }: Pick<EpaycoCheckout, 'id_checkout'>,
  request: SessionRequest,
): Promise<string | undefined> {
  try {
    const id = await epayco.createSession(request);
    await kysely(orm.em.fork())
      .updateTable('epayco_checkout')
      .set({ session_id: id.slice(0, 190) })
      .where('id_checkout', '=', id_checkout)
      .execute();
    return id;
  } catch (error) {
    log.warn({ err: error, id_checkout }, 'no checkout session; the classic fields remain');
    return undefined;
  }
}

/**
 * A recorded checkout as the browser needs it. Call it after the commit: with a private key it asks the gateway for a
 * session. Without a session the classic fields work by themselves.
 *
 * @param payer what the gateway's form is filled with
 */
export async function presentCheckout(
  deps: Pick<Deps, 'address' | 'config' | 'epayco' | 'log' | 'orm'>,
  recorded: EpaycoCheckout,
  plan: Pick<Plan, 'nombre'>,
  payer?: Payer,
): Promise<{ readonly checkout: Checkout; readonly onpage_html: string }> {
  const { config, log } = deps;
  const { base, tax } = splitTax(recorded.amount, config.EPAYCO_TAX_RATE);
  const classic: Checkout = {
    key: config.EPAYCO_PUBLIC_KEY ?? '',
    amount: formatAmount(recorded.amount),
    name: `SOM3D ${plan.nombre}`,
    description: `Suscripción SOM3D: plan ${plan.nombre}`,
    currency: 'cop',
    country: 'co',
    lang: 'es',
    test: recorded.test,
    external: false,
    response: callbackAddress(deps, '/epayco/response'),
    confirmation: callbackAddress(deps, '/epayco/confirmation'),
    invoice: recorded.invoice,
    extra1: String(recorded.id_suscripcion),
    tax: formatAmount(tax),
    tax_base: formatAmount(base),
    tax_ico: '0.00',
    ...billingOf(payer),
  };
  if (!config.EPAYCO_PUBLIC_KEY) log.warn('EPAYCO_PUBLIC_KEY is missing; the checkout cannot open');
  const billing = payer ? { billing: payer } : {};
  const session_id = config.EPAYCO_PRIVATE_KEY
    ? await openSession(deps, recorded, { ...classic, amount: recorded.amount, tax, taxBase: base, ...billing })
    : undefined;
  return { checkout: session_id ? { ...classic, session_id } : classic, onpage_html: scriptTag(classic) };
}
