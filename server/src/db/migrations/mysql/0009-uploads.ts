import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/** Uploads that go on after an interruption. */
export const uploads: Migration = {
  name: '0009-uploads',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'upload',
          columns: {
            upload_id: 'varchar(64) collate utf8mb4_bin not null',
            id_usuario: 'int not null',
            expired: 'tinyint(1) not null default false',
            size: 'bigint not null',
            received: 'bigint not null',
            parts_json: 'mediumtext not null',
            metadata: 'text null',
            expires_at: 'datetime(3) not null',
            lease_token: 'varchar(64) collate utf8mb4_bin null',
            lease_expires_at: 'datetime(3) null',
          },
          primary: ['upload_id'],
          indexes: { idx_upload_usuario: ['id_usuario', 'expired'], idx_upload_expires: ['expires_at'] },
        },
      ],
      change,
    );
  },
};
