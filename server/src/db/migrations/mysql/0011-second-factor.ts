import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/** A second factor of an account. */
export const secondFactor: Migration = {
  name: '0011-second-factor',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'Usuario',
          columns: {
            totp_secret: 'varchar(255) collate utf8mb4_bin null',
            totp_confirmed_at: 'datetime(3) null',
            totp_step: 'bigint null',
            totp_recovery: 'text null',
          },
          primary: ['id_usuario'],
        },
      ],
      change,
    );
  },
};
