import type { Table } from '../tables.ts';

export const service: readonly Table[] = [
  {
    name: 'mail_outbox',
    columns: {
      id_mail: 'int not null auto_increment',
      dedupe_key: 'varchar(190) collate utf8mb4_bin null',
      kind: 'varchar(60) not null',
      to_address: 'varchar(320) not null',
      subject: 'varchar(255) not null',
      text_body: 'mediumtext not null',
      html_body: 'mediumtext null',
      estado: "enum('PENDIENTE','ENVIADO','FALLIDO') not null default 'PENDIENTE'",
      attempts: 'int not null default 0',
      next_attempt_at: 'datetime(3) not null default current_timestamp(3)',
      lease_token: 'varchar(64) collate utf8mb4_bin null',
      lease_expires_at: 'datetime(3) null',
      sent_at: 'datetime(3) null',
      last_error: 'varchar(500) null',
      created_at: 'datetime(3) not null default current_timestamp(3)',
    },
    primary: ['id_mail'],
    unique: { uq_mailoutbox_dedupe: ['dedupe_key'] },
    indexes: { idx_mailoutbox_due: ['estado', 'next_attempt_at'], idx_mailoutbox_created: ['created_at'] },
  },
  {
    name: 'service_lock',
    columns: {
      name: 'varchar(64) collate utf8mb4_bin not null',
      owner: 'varchar(128) null',
      token: 'varchar(64) collate utf8mb4_bin null',
      acquired_at: 'datetime(3) null',
      expires_at: 'datetime(3) null',
      last_run_at: 'datetime(3) null',
    },
    primary: ['name'],
  },
  {
    name: 'rate_limit',
    columns: {
      bucket: 'varchar(190) collate utf8mb4_bin not null',
      hits: 'int not null default 0',
      window_started_at: 'datetime(3) not null default current_timestamp(3)',
      expires_at: 'datetime(3) not null',
    },
    primary: ['bucket'],
    indexes: { idx_ratelimit_expires: ['expires_at'] },
  },
];
