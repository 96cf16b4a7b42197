import { createClient, type Client } from '@som3d/client';
import type { Dice } from '../dice.ts';

const PASSWORD = 'correct horse battery';

/** A doctor whose requests each go to some API process, whichever a balancer would choose. */
export interface Doctor {
  pick(): Client;
  /** Two processes, where there are two. */
  pickTwo(): [Client, Client];
  /** Where and with what to send what the SDK would not send. */
  raw(): { url: string; token: string };
}

/** What the answers were like, of all doctors. */
export interface Traffic {
  answered: number;
  /** 503. */
  unavailable: number;
  /** Refused, reset, broken off. */
  unanswered: number;
  /** Answers of 5xx other than 503: no client should ever get one. */
  readonly bad: string[];
}

const LONGEST_QUOTE = 400;

function countingFetch(traffic: Traffic): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init).catch((error: unknown) => {
      traffic.unanswered += 1;
      throw error;
    });
    if (response.status === 503) traffic.unavailable += 1;
    else traffic.answered += 1;
    if (response.status >= 500 && response.status !== 503) {
      const body = (await response.clone().text()).slice(0, LONGEST_QUOTE);
      traffic.bad.push(`${response.status} ${init?.method ?? 'GET'} ${new URL(response.url).pathname} ${body}`);
    }
    return response;
  };
}

/** Registers doctors and signs them in, while all is well. */
export async function signUpDoctors(
  urls: readonly string[],
  dice: Dice,
  count: number,
): Promise<{ doctors: Doctor[]; traffic: Traffic }> {
  const traffic: Traffic = { answered: 0, unavailable: 0, unanswered: 0, bad: [] };
  const counting = countingFetch(traffic);
  const doctors: Doctor[] = [];
  for (let n = 1; n <= count; n++) {
    const anonymous = createClient({ baseUrl: dice.of(urls) });
    const correo = `medico-${n}@som3d.local`;
    await anonymous.auth.register({ body: { nombre: 'Ana', apellido: 'Paz', correo, password: PASSWORD } });
    const { body } = await anonymous.auth.login({ body: { correo, password: PASSWORD } });
    const token = body.access_token;
    const clients = new Map(urls.map((url) => [url, createClient({ baseUrl: url, token, fetch: counting })]));
    const at = (url: string): Client => clients.get(url) ?? createClient({ baseUrl: url, token });
    doctors.push({
      pick: () => at(dice.of(urls)),
      pickTwo: () => {
        const one = dice.of(urls);
        const others = urls.filter((url) => url !== one);
        return [at(one), at(others.length > 0 ? dice.of(others) : one)];
      },
      raw: () => ({ url: dice.of(urls), token }),
    });
  }
  return { doctors, traffic };
}
