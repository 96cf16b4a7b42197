import type { Migration } from '../session.ts';

const STATEMENTS: readonly string[] = [
  'alter table `epayco_checkout` add column `attempts` integer not null default 0',
  'alter table `epayco_checkout` add column `last_error` text null',
  'alter table `epayco_checkout` add column `next_attempt_at` datetime null',
  'alter table `epayco_checkout` add column `lease_token` text null',
  'alter table `epayco_checkout` add column `lease_expires_at` datetime null',
  'create index `idx_epaycocheckout_due` on `epayco_checkout` (`estado`, `next_attempt_at`)',
  "alter table `epayco_event` add column `origen` text check (`origen` in ('CONFIRMACION', 'CONSULTA')) not null default 'CONFIRMACION'",
  'alter table `epayco_event` add column `last_attempt_at` datetime null',
  'alter table `epayco_event` add column `por_reembolsar` integer not null default false',
  'alter table `epayco_event` add column `aceptado_por` integer null',
  // Each checkout of before is asked about at least once: its payment may have been lost.
  "update `epayco_checkout` set `next_attempt_at` = `created_at` where `estado` = 'ABIERTO' and `next_attempt_at` is null",
];

/** The gateway is asked about issued checkouts; an event knows its origin, a refund that is due, and who accepted it. */
export const paymentQuestions: Migration = {
  name: '0005-payment-questions',
  apply: async (_session, change) => {
    for (const statement of STATEMENTS) await change(statement);
  },
};
