import { billing } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { formBytes, sampleZip, sendForm, storedFiles } from '../support/jobs.ts';
import { describeApi, type Session, type TestServer } from '../support/server.ts';
import { append, begin, createUpload, finish } from '../support/tus.ts';
import { newHospital, newPlan, newSubscription, pay, profileOf } from '../support/subscriptions.ts';

const MINUTE = 60_000;

async function submit({ url }: TestServer, { token }: Session, headers: Record<string, string> = {}) {
  const form = formBytes([{ name: 'file', filename: 'a.zip', content: await sampleZip() }]);
  return await sendForm({ url, token }, form, headers);
}

describeApi(
  'entitlement',
  (api) => {
    test('lets a doctor in with a subscription in force, to the instant', async () => {
      const { id_plan } = await newPlan((await api().admin()).client);
      const doctor = await api().doctor();
      expect(await submit(api(), doctor)).toMatchObject({ status: 402, body: { status: 402 } });
      const id_medico = await profileOf(api(), doctor);
      const before = await storedFiles(api().dataDir);
      const refused = await submit(api(), doctor);
      expect(refused.status).toBe(402);
      expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(refused.body['detail']).toMatch(/suscripción activa/);
      await expect.poll(() => storedFiles(api().dataDir)).toEqual(before);

      const fecha_expiracion = new Date(api().deps.clock().getTime() + 10 * MINUTE);
      await newSubscription(api(), { id_medico, id_plan, estado: 'ACTIVA', fecha_expiracion });
      const first = await submit(api(), doctor, { 'idempotency-key': 'one' });
      expect(first.status).toBe(201);
      const me = { url: api().url, token: doctor.token };
      const zip = await sampleZip();
      const resumable = await begin(me, zip.length);
      await append(me, resumable, 0, zip);
      api().advance(10 * MINUTE);
      expect((await submit(api(), doctor)).status).toBe(402);
      expect((await createUpload(me, zip.length)).status).toBe(402);
      expect((await finish(me, resumable)).status).toBe(402);
      expect((await doctor.client.subscriptions.mine()).body).toMatchObject({
        active: false,
        estado: 'PAUSADA',
        can_start: true,
      });
      // What was taken while it was in force is still there for who repeats the request.
      const repeated = await submit(api(), doctor, { 'idempotency-key': 'one' });
      expect(repeated).toMatchObject({ status: 200, body: { job_id: first.body['job_id'] } });
    });

    test('ends at the instant of the expiry, not after it', async () => {
      const { id_plan } = await newPlan((await api().admin()).client);
      const id_medico = await profileOf(api(), await api().doctor());
      const fecha_expiracion = new Date('2031-05-06T07:08:09Z');
      await newSubscription(api(), { id_medico, id_plan, estado: 'ACTIVA', fecha_expiracion });
      const activeIn = (ms: number) =>
        billing.hasActiveSubscription(api().deps.orm, id_medico, new Date(fecha_expiracion.getTime() + ms));
      expect([await activeIn(-1), await activeIn(0), await activeIn(1)]).toEqual([true, false, false]);
    });

    test('lets the doctors of a subscribed hospital in, and administrators', async () => {
      const admin = await api().admin();
      const { id_plan } = await newPlan(admin.client);
      const id_hospital = await newHospital(api());
      const [doctor, stranger] = [await api().doctor(), await api().doctor()];
      await profileOf(api(), doctor, id_hospital);
      await profileOf(api(), stranger, await newHospital(api()));
      const id = await newSubscription(api(), { id_hospital, id_plan });
      expect((await submit(api(), doctor)).status).toBe(402);
      await pay(api(), id);
      expect((await submit(api(), doctor)).status).toBe(201);
      expect((await submit(api(), stranger)).status).toBe(402);
      expect((await submit(api(), admin)).status).toBe(201);
    });
  },
  { REQUIRE_ACTIVE_SUBSCRIPTION: 'true' },
);
