import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { exactString, identity, preciseInstant, preciseInstantOfInsert } from '../columns.ts';

export const MAIL_STATES = ['PENDIENTE', 'ENVIADO', 'FALLIDO'] as const;

/** A mail to send after the commit of its transaction. With a `dedupe_key` the mail for one event goes out once. */
export const MailOutbox = defineEntity({
  name: 'MailOutbox',
  tableName: 'mail_outbox',
  indexes: [
    { name: 'idx_mailoutbox_due', properties: ['estado', 'next_attempt_at'] },
    { name: 'idx_mailoutbox_created', properties: ['created_at'] },
  ],
  properties: {
    id_mail: identity(),
    dedupe_key: exactString(190).nullable().unique('uq_mailoutbox_dedupe'),
    kind: p.string().length(60),
    to_address: p.string().length(320),
    subject: p.string().length(255),
    text_body: p.text().columnType('mediumtext'),
    html_body: p.text().columnType('mediumtext').nullable(),
    /** The random part of its Message-ID; a mail of an earlier version has none. */
    message_token: exactString(36).nullable(),
    /** From then on its content is worth nothing. */
    expires_at: preciseInstant().nullable(),
    estado: p.enum(MAIL_STATES).default('PENDIENTE'),
    attempts: p.integer().default(0),
    next_attempt_at: preciseInstantOfInsert(),
    lease_token: exactString(64).nullable(),
    lease_expires_at: preciseInstant().nullable(),
    sent_at: preciseInstant().nullable(),
    last_error: p.string().length(500).nullable(),
    created_at: preciseInstantOfInsert(),
  },
});
export type MailOutbox = InferEntity<typeof MailOutbox>;
