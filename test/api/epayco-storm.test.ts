// @module-tag heavy
import type { MikroORM } from '@mikro-orm/core';
import type { Checkout } from '@som3d/contract';
import { billing, entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, signed, type GatewayFields } from '../support/payments.ts';
import { startProcess } from '../support/process.ts';

const PAYMENTS = 100;
const CALLS_EACH = 10;
const IN_FLIGHT = 24;
const SEED = 20_260_131;

/** mulberry32: the same numbers in every run. */
function randomFrom(seed: number) {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => [random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}

/** What the gateway says of a payment in the end, and the codes that its calls claim. */
interface Kind {
  readonly share: number;
  readonly says: string;
  readonly claims: readonly string[];
  readonly grants: boolean;
  readonly changes?: GatewayFields;
}
const KINDS: readonly Kind[] = [
  { share: 60, says: '1', claims: ['3', '1', '1', '1', '2'], grants: true },
  { share: 12, says: '2', claims: ['2', '1', '1', '3', '6'], grants: false },
  { share: 8, says: '3', claims: ['3', '1', '8', '7', '1'], grants: false },
  { share: 12, says: '6', claims: ['1', '6', '1', '3', '6'], grants: false },
  { share: 8, says: '1', claims: ['1', '1', '3', '2', '1'], grants: false, changes: { x_amount: '100.00' } },
];

function kindOf(index: number): Kind {
  let left = index;
  for (const kind of KINDS) {
    if (left < kind.share) return kind;
    left -= kind.share;
  }
  throw new RangeError('more payments than kinds');
}

interface Paid {
  readonly kind: Kind;
  readonly id_suscripcion: number;
  readonly fields: GatewayFields;
}

/** A doctor, a paused subscription and an issued checkout for each payment. */
async function seedPaid(orm: MikroORM): Promise<Paid[]> {
  const em = orm.em.fork();
  const plan = em.create(entities.Plan, { nombre: 'Mensual', precio: 39_900, periodo: 'MENSUAL', duracion_meses: 1 });
  const users = Array.from({ length: PAYMENTS }, (_, index) =>
    em.create(entities.Usuario, {
      nombre: 'Ana',
      apellido: 'Ruiz',
      correo: `storm-${index}@som3d.local`,
      contrasena: '-',
      rol: 'MEDICO',
      activo: false,
    }),
  );
  await em.flush();
  const doctors = users.map(({ id_usuario }) => em.create(entities.Medico, { id_usuario, estado: 'INACTIVO' }));
  await em.flush();
  const subscriptions = doctors.map(({ id_medico }) =>
    em.create(entities.Suscripcion, { id_medico, id_plan: plan.id_plan, estado: 'PAUSADA' }),
  );
  await em.flush();
  const paid = subscriptions.map(({ id_suscripcion }, index) => {
    const invoice = `SOM3D-S${id_suscripcion}-20260131T000000-${index}`;
    em.create(entities.EpaycoCheckout, {
      invoice,
      id_suscripcion,
      id_plan: plan.id_plan,
      amount: 39_900,
      test: true,
      duracion_meses: 1,
    });
    const kind = kindOf(index);
    const checkout = { amount: '39900.00', invoice, extra1: String(id_suscripcion), description: 'x' } as Checkout;
    return { kind, id_suscripcion, fields: paymentFields({ checkout }, kind.says, kind.changes) };
  });
  await em.flush();
  return paid;
}

test.runIf(databaseKinds().includes('mysql'))(
  'a storm of confirmations over two processes, one of them killed',
  async () => {
    await using gateway = await startGateway();
    await using database = await createDatabase('mysql');
    const random = randomFrom(SEED);
    const payments = await seedPaid(database.orm);
    // the gateway's records: a payment that ends reversed is approved at first
    const tell = (reversed: boolean): void => {
      for (const { kind, fields } of payments) {
        const code = kind.says === '6' && !reversed ? '1' : kind.says;
        const { ref_payco = '', ...record } = fields;
        gateway.payments.set(ref_payco, { ...record, x_cod_response: code });
      }
    };
    tell(false);
    const calls = shuffle(
      payments.flatMap(({ kind, fields }) =>
        Array.from({ length: CALLS_EACH }, (_, call) => ({
          ...fields,
          x_cod_response: kind.claims[call % kind.claims.length] ?? '1',
        })),
      ),
      random,
    );
    expect(calls).toHaveLength(1000);

    const env = { ...paymentEnv(gateway), SOM3D_EMBEDDED_WORKER: 'false' };
    const servers = await Promise.all([startProcess(database, env), startProcess(database, env)]);
    const alive = [...servers];
    let sent = 0;
    const send = async (fields: GatewayFields): Promise<void> => {
      // The gateway repeats a call that was not answered; each repetition goes to a server that is there.
      for (;;) {
        const server = alive[Math.floor(random() * alive.length)] ?? servers[1];
        const body = new URLSearchParams(signed(fields));
        const response = await fetch(`${server.url}/epayco/confirmation`, { method: 'POST', body }).catch(() => null);
        if (!response) continue;
        const text = await response.text().catch(() => null);
        if (response.status === 200 && text?.includes('"ok":true')) return;
        if (text !== null && response.status !== 503) throw new Error(`${response.status}: ${text}`);
      }
    };
    const lane = async (): Promise<void> => {
      for (let fields = calls.pop(); fields; fields = calls.pop()) {
        sent++;
        if (sent === 350) tell(true);
        if (sent === 450) {
          alive.shift();
          await servers[0].end('SIGKILL');
        }
        await send(fields);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));

    const em = () => database.orm.em.fork();
    const expected = payments
      .filter(({ kind }) => kind.grants)
      .map(({ fields }) => fields['x_ref_payco'] ?? '')
      .toSorted(byNumber);
    const approved = async () =>
      (await em().find(entities.Pago, { estado: 'APROBADO' }))
        .map(({ referencia_epayco }) => referencia_epayco)
        .toSorted(byNumber);
    await expect.poll(approved, { timeout: 20_000, interval: 200 }).toEqual(expected);
    const reversals = async () =>
      await em().count(entities.EpaycoEvent, { cod_response: '6', estado: 'PROCESADO', firma_valida: true });
    await expect.poll(reversals, { timeout: 20_000, interval: 200 }).toBe(12);
    expect(await approved()).toEqual(expected);

    const rows = new Map((await em().find(entities.Suscripcion, {})).map((row) => [row.id_suscripcion, row]));
    const paymentsOf = Map.groupBy(await em().find(entities.Pago, {}), ({ id_suscripcion }) => id_suscripcion);
    for (const { id_suscripcion } of payments.filter(({ kind }) => !kind.grants)) {
      expect(rows.get(id_suscripcion)?.estado).toBe('PAUSADA');
    }
    for (const { id_suscripcion } of payments.filter(({ kind }) => kind.grants)) {
      const own = paymentsOf.get(id_suscripcion) ?? [];
      expect(own).toHaveLength(1);
      const { expiracion_previa, expiracion_otorgada, fecha_pago } = own[0] ?? {};
      // one month after the payment, not two
      expect(rows.get(id_suscripcion)).toMatchObject({ estado: 'ACTIVA', fecha_expiracion: expiracion_otorgada });
      expect(expiracion_previa).toEqual(fecha_pago);
      expect(expiracion_previa && billing.addMonths(expiracion_previa, 1)).toEqual(expiracion_otorgada);
    }
    expect(await em().count(entities.MailOutbox, { kind: 'pago_aprobado' })).toBe(await em().count(entities.Pago, {}));
    const events = await em().find(entities.EpaycoEvent, {});
    expect(new Set(events.map((event) => [event.ref_payco, event.cod_response].join())).size).toBe(events.length);
    expect(events.reduce((sum, { received_count }) => sum + received_count, 0)).toBeGreaterThanOrEqual(1000);
    expect(await servers[1].end('SIGTERM')).toBe(0);
  },
  60_000,
);
