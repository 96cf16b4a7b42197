export const service: readonly string[] = [
  `create table \`mail_outbox\` (
    \`id_mail\` integer not null primary key autoincrement,
    \`dedupe_key\` text null,
    \`kind\` text not null,
    \`to_address\` text not null,
    \`subject\` text not null,
    \`text_body\` text not null,
    \`html_body\` text null,
    \`estado\` text check (\`estado\` in ('PENDIENTE', 'ENVIADO', 'FALLIDO')) not null default 'PENDIENTE',
    \`attempts\` integer not null default 0,
    \`next_attempt_at\` datetime not null default (cast(unixepoch('subsec') * 1000 as integer)),
    \`lease_token\` text null,
    \`lease_expires_at\` datetime null,
    \`sent_at\` datetime null,
    \`last_error\` text null,
    \`created_at\` datetime not null default (cast(unixepoch('subsec') * 1000 as integer))
  )`,
  'create unique index `uq_mailoutbox_dedupe` on `mail_outbox` (`dedupe_key`)',
  'create index `idx_mailoutbox_due` on `mail_outbox` (`estado`, `next_attempt_at`)',
  'create index `idx_mailoutbox_created` on `mail_outbox` (`created_at`)',
  `create table \`service_lock\` (
    \`name\` text not null primary key,
    \`owner\` text null,
    \`token\` text null,
    \`acquired_at\` datetime null,
    \`expires_at\` datetime null,
    \`last_run_at\` datetime null
  )`,
  `create table \`rate_limit\` (
    \`bucket\` text not null primary key,
    \`hits\` integer not null default 0,
    \`window_started_at\` datetime not null default (cast(unixepoch('subsec') * 1000 as integer)),
    \`expires_at\` datetime not null
  )`,
  'create index `idx_ratelimit_expires` on `rate_limit` (`expires_at`)',
];
