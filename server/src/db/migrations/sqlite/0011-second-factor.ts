import type { Migration } from '../session.ts';

const COLUMNS = ['`totp_secret` text', '`totp_confirmed_at` datetime', '`totp_step` bigint', '`totp_recovery` text'];

/** A second factor of an account. */
export const secondFactor: Migration = {
  name: '0011-second-factor',
  apply: async (_session, change) => {
    for (const column of COLUMNS) await change(`alter table \`Usuario\` add column ${column} null`);
  },
};
