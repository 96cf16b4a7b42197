import { randomInt } from 'node:crypto';
import { createClient } from '@som3d/client';
import { entities } from '@som3d/server/testing';
import { upload } from '../jobs.ts';
import { PASSWORD, type Session, type TestServer } from '../server.ts';
import { newHospital, newPlan, profileOf } from '../subscriptions.ts';
import type { Caller } from './requests.ts';
import { type Owner, OWNERS, type Ref, type RefKind } from './values.ts';

/** Every text of a user's holds a word of the user's own, which no request sends. */
const WORD = /qz[a-z]{10}qz/gi;

function newWord(): string {
  const letters = Array.from({ length: 10 }, () => String.fromCodePoint(97 + randomInt(26)));
  return `qz${letters.join('')}qz`;
}

/** Words of users in a text, each once. */
export function wordsIn(text: string): string[] {
  return [...new Set((text.match(WORD) ?? []).map((word) => word.toLowerCase()))];
}

interface Member {
  readonly word: string;
  readonly session: Session;
  readonly keys: Readonly<Record<Exclude<RefKind, keyof Shared>, string | number>>;
}

type Shared = Readonly<Record<'plan' | 'hospital' | 'code', string | number>>;

async function signUp(api: TestServer, word: string): Promise<Session> {
  // Requests name addresses: an address is no word.
  const correo = `medico-${randomInt(1e12)}@som3d.local`;
  const body = { nombre: word, apellido: word, correo, password: PASSWORD, direccion: word };
  const { body: user } = await api.client.auth.register({ body });
  const { body: login } = await api.client.auth.login({ body: { correo, password: PASSWORD } });
  const client = createClient({ baseUrl: api.url, token: login.access_token, retry: false });
  return { user, token: login.access_token, client };
}

/** An event of the inbox: a call that nobody signed. */
async function unsignedEvent({ client }: TestServer, admin: Session, word: string): Promise<number> {
  const body = { x_ref_payco: String(randomInt(1e9)), x_transaction_id: word, x_cod_response: '1', x_signature: 'x' };
  await client.epayco.confirm({ body }).catch(() => undefined);
  const { body: events } = await admin.client.epayco.listEvents({ query: { ref_payco: body.x_ref_payco } });
  return events[0]?.id_event ?? 0;
}

/** A job that is done, as a worker leaves it. */
async function finishedJob(api: TestServer, { client }: Session, id_paciente: number, notas: string) {
  const { job_id } = await upload(client, { fields: { id_paciente, nombre_proceso: notas } });
  const em = api.deps.orm.em.fork();
  await em.nativeUpdate(
    entities.JobConv,
    { job_id },
    { status: 'DONE', phase: 'finished', result_key: `results/${job_id}/t/x.zip` },
  );
  const { body } = await client.som3d.finalize({ params: { id: job_id }, body: { id_paciente, notas } });
  return { job_id, id_jobstl: body.id_jobstl };
}

async function settle(api: TestServer, admin: Session, id_plan: number): Promise<Member> {
  const word = newWord();
  const session = await signUp(api, word);
  const { client, user } = session;
  const id_medico = await profileOf(api, session);
  const { body: patient } = await client.patients.create({
    body: { nombres: word, apellidos: word, doc_tipo: 'CC', doc_numero: `X${randomInt(1e9)}`, direccion: word },
  });
  const id_paciente = patient.id_paciente;
  const { body: note } = await client.patients.createNote({ params: { id: id_paciente }, body: { texto: word } });
  const { body: study } = await client.studies.create({
    body: { id_paciente, fecha_estudio: '2026-01-01', modalidad: 'CT', descripcion: word, notas: word },
  });
  const { job_id, id_jobstl } = await finishedJob(api, session, id_paciente, word);
  const waiting = await upload(client, { fields: { nombre_proceso: word } });
  const { body: state } = await client.visor.create({
    body: {
      titulo: word,
      ui_json: `{"de":"${word}"}`,
      modelos_json: '[]',
      notas_json: '[]',
      i18n_json: '{}',
      id_paciente,
      id_jobstl,
    },
  });
  const { body: message } = await client.messages.create({
    body: { tipo: 'error', severidad: 'alta', titulo: word, descripcion: word },
  });
  const { body: start } = await client.subscriptions.start({ body: { plan_id: id_plan } });
  const em = api.deps.orm.em.fork();
  const checkout = await em.findOneOrFail(entities.EpaycoCheckout, { invoice: start.checkout.invoice });
  const { body: sessions } = await client.auth.sessions();
  return {
    word,
    session,
    keys: {
      user: user.id_usuario,
      address: user.correo,
      doctor: id_medico,
      session: sessions[0]?.id ?? '',
      patient: id_paciente,
      note: note.id_note,
      study: study.id_estudio,
      state: state.id_visor_estado,
      job: randomInt(2) === 0 ? job_id : waiting.job_id,
      result: id_jobstl,
      message: message.id_mensaje,
      checkout: checkout.id_checkout,
      event: await unsignedEvent(api, admin, word),
      invoice: checkout.invoice,
      subscription: start.suscripcion_id,
    },
  };
}

/** The claims of one token under the signature of another. */
function forged(signed: string, claimed: string): string {
  const [head, , seal] = signed.split('.');
  return [head, claimed.split('.')[1], seal].join('.');
}

/** Three doctors, each with rows of every kind, and an administrator. `gamma` never sends a request. */
export class Population {
  readonly #api: TestServer;
  readonly #tokens: Map<Caller, string>;
  readonly #members: Readonly<Record<Owner, Member>>;
  readonly #correos: Readonly<Record<'alfa' | 'beta' | 'admin', string>>;
  readonly #shared: Shared;

  private constructor(api: TestServer, members: Record<Owner, Member>, admin: Session, shared: Shared) {
    this.#api = api;
    this.#members = members;
    this.#shared = shared;
    const { alfa, beta } = members;
    this.#correos = { alfa: alfa.session.user.correo, beta: beta.session.user.correo, admin: admin.user.correo };
    this.#tokens = new Map([
      ['alfa', alfa.session.token],
      ['beta', beta.session.token],
      ['admin', admin.token],
      ['forged', forged(alfa.session.token, admin.token)],
    ]);
  }

  static async settle(api: TestServer): Promise<Population> {
    const admin = await api.admin();
    const { id_plan } = await newPlan(admin.client);
    const hospital = await newHospital(api);
    const { codigo } = (await admin.client.hospitals.get({ params: { id: hospital } })).body;
    const members = await Promise.all(OWNERS.map(async (owner) => [owner, await settle(api, admin, id_plan)] as const));
    return new Population(api, Object.fromEntries(members) as Record<Owner, Member>, admin, {
      plan: id_plan,
      hospital,
      code: codigo,
    });
  }

  token(caller: Caller): string | undefined {
    return this.#tokens.get(caller);
  }

  /** Signs a caller in again whose session ended. @returns whether the account still can */
  async signInAgain(caller: Caller): Promise<boolean> {
    if (caller === 'nobody' || caller === 'forged') return true;
    const body = { correo: this.#correos[caller], password: PASSWORD };
    const login = await this.#api.client.auth.login({ body }).catch(() => undefined);
    if (login) this.#tokens.set(caller, login.body.access_token);
    return login !== undefined;
  }

  resolve({ $ref, owner }: Ref): string | number {
    return $ref === 'plan' || $ref === 'hospital' || $ref === 'code'
      ? this.#shared[$ref]
      : this.#members[owner].keys[$ref];
  }

  /** The word that a caller may read; null for every word. */
  wordOf(caller: Caller): string | null | undefined {
    if (caller === 'admin') return null;
    return caller === 'alfa' || caller === 'beta' ? this.#members[caller].word : undefined;
  }
}
