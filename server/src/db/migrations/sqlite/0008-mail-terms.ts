import type { Migration } from '../session.ts';

/** A mail has a random part in its Message-ID, and an end of its use. */
export const mailTerms: Migration = {
  name: '0008-mail-terms',
  apply: async (_session, change) => {
    await change('alter table `mail_outbox` add column `message_token` text null');
    await change('alter table `mail_outbox` add column `expires_at` datetime null');
  },
};
