import { setTimeout as pause } from 'node:timers/promises';
import { median } from './figures.ts';
import { addPatients, askEvenly, startService } from './service.ts';

const ROUNDS = 5;
const SECONDS = 3;
const RATE = 20;
const LOGINS = 32;
const TARGET = 2;

/** How long the patients list takes while many sign in at once with wrong passwords, against the same list alone. */
export default async (): Promise<void> => {
  await using service = await startService({ TRUST_PROXY_HEADERS: 'true' });
  const doctor = await service.doctor('bench@som3d.local');
  await addPatients(doctor, 50);
  let tries = 0;
  // Each from another network, with another account: no limit refuses it.
  const signIn = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      tries++;
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': `10.${(tries >> 8) & 255}.${tries & 255}.1`,
      };
      const body = JSON.stringify({ correo: `nobody${tries}@som3d.local`, password: 'wrong horse battery' });
      await (await fetch(`${service.url}/auth/login`, { method: 'POST', headers, body })).arrayBuffer();
    }
  };
  const ask = async () => (await askEvenly(`${service.url}/patients`, SECONDS, doctor.token, RATE)).median;
  await ask();
  const [alone, flooded]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await ask());
    const flooding = new AbortController();
    const flood = Array.from({ length: LOGINS }, () => signIn(flooding.signal));
    await pause(500);
    flooded.push(await ask());
    flooding.abort();
    await Promise.all(flood);
  }
  const [before, during] = [median(alone), median(flooded)];
  console.log(
    `the list: ${before.toFixed(1)} ms alone, ${during.toFixed(1)} ms while ${LOGINS} sign in (${tries} tries), ratio ${(during / before).toFixed(2)} (target <= ${TARGET})`,
  );
};
