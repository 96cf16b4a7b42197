import type { Migration } from '../session.ts';

const STATEMENTS = [
  'alter table `Usuario` add column `token_version` integer not null default 0',
  'alter table `Usuario` add column `suspended_at` datetime null',
  'alter table `auth_refresh_session` add column `opened_at` datetime null',
  'alter table `auth_refresh_session` add column `exchanged_at` datetime null',
  'alter table `auth_refresh_session` add column `live_family` text null',
  'create unique index `uq_authrefresh_live` on `auth_refresh_session` (`live_family`)',
  'alter table `auth_login_attempt` add column `subject` text null',
  'alter table `auth_login_attempt` add column `network` text null',
  'alter table `auth_login_attempt` add column `device` text null',
  'create index `idx_authlogin_subject_created` on `auth_login_attempt` (`subject`, `created_at`)',
  'create index `idx_authlogin_network_created` on `auth_login_attempt` (`network`, `created_at`)',
];

/** What ends an access token at once, and what limits are counted by: see the one for MySQL. */
export const accountSafety: Migration = {
  name: '0003-account-safety',
  apply: async (_session, change) => {
    for (const statement of STATEMENTS) await change(statement);
  },
};
