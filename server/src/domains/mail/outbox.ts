import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import { plusMs } from '../../base/backoff.ts';
import { kysely } from '../../db/kysely.ts';
import { upsert } from '../../db/upsert.ts';

/** A mail to be sent. `dedupe_key` (at most 190 characters) makes a mail for one event go out once, ever. */
export interface OutgoingMail {
  /** What it is for, e.g. `pago_aprobado`; logged, unlike the address and the content. */
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly dedupe_key?: string;
  /** How long its content is good for, e.g. the code in it. The mail does not go out later than that. */
  readonly minutes?: number;
}

/**
 * Writes a mail into the outbox, in the caller's transaction: it is sent once that has been committed, and never when
 * it has not. A second mail with the same `dedupe_key` is left out.
 */
export async function enqueueMail(em: EntityManager, mail: OutgoingMail, now: Date): Promise<void> {
  const row = {
    kind: mail.kind,
    to_address: mail.to,
    subject: mail.subject.replace(/\s+/g, ' ').trim().slice(0, 255),
    text_body: mail.text,
    html_body: mail.html ?? null,
    dedupe_key: mail.dedupe_key ?? null,
    message_token: randomUUID(),
    expires_at: mail.minutes === undefined ? null : plusMs(now, mail.minutes * 60_000),
    next_attempt_at: now,
    created_at: now,
  };
  if (row.dedupe_key === null) await kysely(em).insertInto('mail_outbox').values(row).execute();
  else await upsert(em, 'mail_outbox', row, ['dedupe_key']);
}
