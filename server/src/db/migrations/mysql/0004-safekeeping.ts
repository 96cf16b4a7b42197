import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/**
 * The database knows which installation it is, whose turn it is in the queue, what a job's results weigh, and which
 * accounts have not proved their address.
 */
export const safekeeping: Migration = {
  name: '0004-safekeeping',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'installation',
          columns: {
            id: 'int not null',
            installation_id: 'varchar(64) collate utf8mb4_bin not null',
            created_at: 'datetime(3) not null',
            confirmed_at: 'datetime(3) null',
          },
          primary: ['id'],
        },
        {
          name: 'job_turn',
          columns: { id_usuario: 'int not null', served_at: 'datetime(3) not null' },
          primary: ['id_usuario'],
        },
        { name: 'JobConv', columns: { stored_bytes: 'bigint null' }, primary: ['job_id'] },
        { name: 'Usuario', columns: { unverified_since: 'datetime null' }, primary: ['id_usuario'] },
      ],
      change,
    );
  },
};
