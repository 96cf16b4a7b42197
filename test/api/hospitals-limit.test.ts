import { expect, test } from 'vitest';
import { createHospital } from '../support/hospitals.ts';
import { describeApi, expectProblem, problemOf } from '../support/server.ts';

const WINDOW_MS = 15 * 60_000;
const PER_ADDRESS = 120;

describeApi('trying out hospital codes', (api) => {
  test('ends after some tries from an address, for all routes that take a code', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const { codigo } = await createHospital(admin);
    const { hospitals } = api().client;
    const tries = Array.from({ length: PER_ADDRESS }, (_, at) => `NO-${at}`);
    const answers = await Promise.all(
      tries.map(async (guess) => (await problemOf(hospitals.byCode({ params: { codigo: guess } }))).status),
    );
    expect(new Set(answers)).toEqual(new Set([404]));

    const refused = await expectProblem(hospitals.byCode({ params: { codigo } }), 429);
    expect(refused.retryAfter).toBeGreaterThan(0);
    await expectProblem(hospitals.status({ params: { codigo } }), 429);
    await expectProblem(hospitals.startSubscription({ body: { codigo } }), 429);
    await expectProblem(doctor.client.hospitals.linkByCode({ body: { codigo } }), 429);

    api().advance(WINDOW_MS + 1000);
    expect((await hospitals.byCode({ params: { codigo } })).body.codigo).toBe(codigo);
  });
});
