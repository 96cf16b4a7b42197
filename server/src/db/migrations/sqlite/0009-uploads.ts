import type { Migration } from '../session.ts';

/** Uploads that go on after an interruption. */
export const uploads: Migration = {
  name: '0009-uploads',
  apply: async (_session, change) => {
    await change(
      'create table `upload` (`upload_id` text not null primary key, `id_usuario` integer not null, ' +
        '`expired` integer not null default false, `size` bigint not null, `received` bigint not null, ' +
        '`parts_json` text not null, `metadata` text null, `expires_at` datetime not null, ' +
        '`lease_token` text null, `lease_expires_at` datetime null)',
    );
    await change('create index `idx_upload_usuario` on `upload` (`id_usuario`, `expired`)');
    await change('create index `idx_upload_expires` on `upload` (`expires_at`)');
  },
};
