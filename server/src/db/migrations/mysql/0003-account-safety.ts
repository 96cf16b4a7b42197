import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/**
 * What ends an access token at once (a version of the user's tokens, a suspension, the login's session), and what limits
 * are counted by. The predecessor writes none of these columns: each is nullable or has a default.
 */
export const accountSafety: Migration = {
  name: '0003-account-safety',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'Usuario',
          columns: {
            token_version: 'int not null default 0',
            suspended_at: 'datetime null',
          },
          primary: ['id_usuario'],
        },
        {
          name: 'auth_refresh_session',
          columns: {
            opened_at: 'datetime null',
            exchanged_at: 'datetime(3) null',
            live_family: 'varchar(64) collate utf8mb4_bin null',
          },
          primary: ['id_session'],
          unique: { uq_authrefresh_live: ['live_family'] },
        },
        {
          name: 'auth_login_attempt',
          columns: {
            subject: 'varchar(64) collate utf8mb4_bin null',
            network: 'varchar(64) collate utf8mb4_bin null',
            device: 'varchar(64) collate utf8mb4_bin null',
          },
          primary: ['id_attempt'],
          indexes: {
            idx_authlogin_subject_created: ['subject', 'created_at'],
            idx_authlogin_network_created: ['network', 'created_at'],
          },
        },
      ],
      change,
    );
  },
};
