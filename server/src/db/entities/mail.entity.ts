import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { exactString, identity, preciseInstant, preciseInstantOfInsert } from '../columns.ts';

export const MAIL_STATES = ['PENDIENTE', 'ENVIADO', 'FALLIDO'] as const;

/** Mail to be sent after the transaction that wrote it; `dedupe_key` makes a mail for one event go out once. */
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
