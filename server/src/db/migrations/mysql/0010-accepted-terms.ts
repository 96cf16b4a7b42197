import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/** Which terms an account has accepted, and when. */
export const acceptedTerms: Migration = {
  name: '0010-accepted-terms',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'Usuario',
          columns: { terms_version: 'varchar(40) null', terms_accepted_at: 'datetime(3) null' },
          primary: ['id_usuario'],
        },
      ],
      change,
    );
  },
};
