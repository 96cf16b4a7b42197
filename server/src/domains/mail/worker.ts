import { pauseAfter, plusMs, type Backoff } from '../../base/backoff.ts';
import { kysely } from '../../db/kysely.ts';
import { ClaimQueue, FREE, type Claim } from '../../db/locks/claim.ts';
import type { Deps } from '../../deps.ts';
import { failureOf, type MailFailure } from '../../gateways/mail/failure.ts';

const MAX_ATTEMPTS = 12;
const RETRY: Backoff = { firstMs: 15_000, longestMs: 3_600_000 };
const WORK = {
  table: 'mail_outbox',
  key: 'id_mail',
  waiting: 'PENDIENTE',
  // Longer than sending one mail may take.
  leaseMs: 120_000,
  onceWith: 'dedupe_key',
} as const;

const TOO_LATE = 'Su contenido venció antes de que saliera';
const UNKNOWN_END = 'El proceso terminó mientras lo enviaba; no se repite';

/** What a mail that has ended is set to. Its content may be a code or a link. */
const FORGOTTEN = { text_body: '', html_body: null, ...FREE } as const;

type MailWorkerDeps = Pick<Deps, 'orm' | 'clock' | 'mail' | 'log'>;

/**
 * Sends what is in the outbox. A mail belongs to one process while its lease lasts. One that was not accepted is tried
 * again with growing pauses, unless the server refused it for good or its content ran out meanwhile. One whose process died while sending may have gone out: with a `dedupe_key` it is not sent again.
 * The content is removed once the mail is sent or given up.
 */
export class MailWorker {
  readonly #deps: MailWorkerDeps;
  readonly #queue: ClaimQueue;

  constructor(deps: MailWorkerDeps) {
    this.#deps = deps;
    this.#queue = new ClaimQueue(deps, WORK);
  }

  /** Sends every mail that is due. */
  async runDue(signal?: AbortSignal): Promise<void> {
    await this.#giveUpUnknown();
    // One at a time: a claimed mail's lease does not run while others are sent.
    await this.#queue.workOff(1, async (claim) => await this.#send(claim), signal);
  }

  #db() {
    return kysely(this.#deps.orm.em.fork());
  }

  #held({ id, token }: Claim) {
    return this.#db().updateTable('mail_outbox').where('id_mail', '=', id).where('lease_token', '=', token);
  }

  async #giveUpUnknown(): Promise<void> {
    await this.#db()
      .updateTable('mail_outbox')
      .set({ estado: 'FALLIDO', last_error: UNKNOWN_END, ...FORGOTTEN })
      .where('estado', '=', 'PENDIENTE')
      .where('dedupe_key', 'is not', null)
      .where('lease_token', 'is not', null)
      .where('lease_expires_at', '<=', this.#deps.clock())
      .execute();
  }

  async #send(claim: Claim): Promise<void> {
    const { mail, log, clock } = this.#deps;
    const id_mail = claim.id;
    const row = await this.#db()
      .selectFrom('mail_outbox')
      .select(['kind', 'to_address', 'subject', 'text_body', 'html_body', 'attempts', 'message_token', 'expires_at'])
      .where('id_mail', '=', id_mail)
      .executeTakeFirstOrThrow();
    const { kind, to_address: to, subject, text_body: text, html_body: html } = row;
    if (row.expires_at && row.expires_at <= clock()) {
      log.warn({ id_mail, kind }, 'mail not sent: its content expired');
      await this.#held(claim)
        .set({ estado: 'FALLIDO', last_error: TOO_LATE, ...FORGOTTEN })
        .execute();
      return;
    }
    const messageId = `som3d-mail-${[id_mail, row.message_token].filter((part) => part !== null).join('-')}`;
    try {
      const file = await mail.send({ id: id_mail, messageId, to, subject, text, html });
      log.info({ id_mail, kind, ...(file ? { file } : {}) }, 'mail sent');
    } catch (error) {
      const failure = failureOf(error, to);
      log.warn({ id_mail, kind, ...failure }, 'mail not sent');
      await this.#postpone(claim, row.attempts, failure);
      return;
    }
    await this.#held(claim)
      .set({ estado: 'ENVIADO', sent_at: clock(), last_error: null, ...FORGOTTEN })
      .execute();
  }

  async #postpone(claim: Claim, attempts: number, failure: MailFailure): Promise<void> {
    const last_error = failure.reason;
    const next_attempt_at = plusMs(this.#deps.clock(), pauseAfter(RETRY, attempts));
    const over = failure.permanent || attempts >= MAX_ATTEMPTS;
    await this.#held(claim)
      .set(over ? { estado: 'FALLIDO', last_error, ...FORGOTTEN } : { last_error, next_attempt_at, ...FREE })
      .execute();
  }
}
