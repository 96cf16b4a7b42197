import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/** A mail has a random part in its Message-ID, and an end of its use. */
export const mailTerms: Migration = {
  name: '0008-mail-terms',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'mail_outbox',
          columns: {
            message_token: 'varchar(36) collate utf8mb4_bin null',
            expires_at: 'datetime(3) null',
          },
          primary: ['id_mail'],
        },
      ],
      change,
    );
  },
};
