import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';

/** Mails that are claimed at once. */
const BATCH = 10;
/** Longer than sending one mail may take, in ms. */
const LEASE_MS = 120_000;
const MAX_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;

const UNKNOWN_END = 'El proceso terminó mientras lo enviaba; no se repite';

function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
}

/**
 * Sends what is in the outbox. A mail belongs to one process while its lease lasts. A refused one is tried again with
 * growing pauses. One whose process died while sending may have gone out: with a `dedupe_key` it is not sent again.
 * The content is forgotten once it is sent or given up: it may hold a code or a link.
 */
export function createMailWorker({ orm, clock, mail, log }: Pick<Deps, 'orm' | 'clock' | 'mail' | 'log'>) {
  const db = () => kysely(orm.em.fork());
  const later = (ms: number): Date => new Date(clock().getTime() + ms);
  const forgotten = { text_body: '', html_body: null, lease_token: null, lease_expires_at: null };

  /** The unique lease token decides between processes: the row is this one's when it carries this token. */
  const claim = async (id_mail: number): Promise<string | null> => {
    const now = clock();
    const token = randomUUID();
    const { numUpdatedRows } = await db()
      .updateTable('mail_outbox')
      .set({ lease_token: token, lease_expires_at: later(LEASE_MS), attempts: sql`attempts + 1` })
      .where('id_mail', '=', id_mail)
      .where('estado', '=', 'PENDIENTE')
      .where('next_attempt_at', '<=', now)
      .where((where) =>
        where.or([
          where('lease_token', 'is', null),
          where.and([where('lease_expires_at', '<=', now), where('dedupe_key', 'is', null)]),
        ]),
      )
      .executeTakeFirst();
    return numUpdatedRows === 1n ? token : null;
  };

  const giveUpUnknown = async (): Promise<void> => {
    await db()
      .updateTable('mail_outbox')
      .set({ estado: 'FALLIDO', last_error: UNKNOWN_END, ...forgotten })
      .where('estado', '=', 'PENDIENTE')
      .where('dedupe_key', 'is not', null)
      .where('lease_token', 'is not', null)
      .where('lease_expires_at', '<=', clock())
      .execute();
  };

  const settle = async (id_mail: number, token: string, error: unknown): Promise<void> => {
    const failed = error !== undefined;
    const row = db().updateTable('mail_outbox').where('id_mail', '=', id_mail).where('lease_token', '=', token);
    if (!failed) {
      await row.set({ estado: 'ENVIADO', sent_at: clock(), last_error: null, ...forgotten }).execute();
      return;
    }
    const last_error = (error instanceof Error ? error.message : 'error').slice(0, 500);
    const { attempts } = await db()
      .selectFrom('mail_outbox')
      .select('attempts')
      .where('id_mail', '=', id_mail)
      .executeTakeFirstOrThrow();
    if (attempts >= MAX_ATTEMPTS) await row.set({ estado: 'FALLIDO', last_error, ...forgotten }).execute();
    else {
      const next_attempt_at = later(pauseAfter(attempts));
      await row.set({ last_error, next_attempt_at, lease_token: null, lease_expires_at: null }).execute();
    }
  };

  const send = async (id_mail: number): Promise<void> => {
    const token = await claim(id_mail);
    if (!token) return;
    const row = await db()
      .selectFrom('mail_outbox')
      .select(['kind', 'to_address', 'subject', 'text_body', 'html_body'])
      .where('id_mail', '=', id_mail)
      .executeTakeFirstOrThrow();
    let failure: unknown;
    try {
      const { to_address: to, subject, text_body: text, html_body: html } = row;
      const file = await mail.send({ id: id_mail, to, subject, text, html });
      log.info({ id_mail, kind: row.kind, ...(file ? { file } : {}) }, 'mail sent');
    } catch (error) {
      failure = error;
      const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
      log.warn({ id_mail, kind: row.kind, code, responseCode }, 'mail not sent');
    }
    await settle(id_mail, token, failure);
  };

  return {
    /** Sends every mail whose time has come. */
    runDue: async (signal?: AbortSignal): Promise<void> => {
      await giveUpUnknown();
      for (;;) {
        const due = await db()
          .selectFrom('mail_outbox')
          .select('id_mail')
          .where('estado', '=', 'PENDIENTE')
          .where('next_attempt_at', '<=', clock())
          .where((where) => where.or([where('lease_token', 'is', null), where('lease_expires_at', '<=', clock())]))
          .orderBy('next_attempt_at')
          .limit(BATCH)
          .execute();
        for (const { id_mail } of due) {
          if (signal?.aborted) return;
          await send(id_mail);
        }
        if (due.length < BATCH) return;
      }
    },
  };
}
export type MailWorker = ReturnType<typeof createMailWorker>;
