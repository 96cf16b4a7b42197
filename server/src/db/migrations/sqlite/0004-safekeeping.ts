import type { Migration } from '../session.ts';

/**
 * The database knows which installation it is, whose turn it is in the queue, what a job's results weigh, and which
 * accounts have not proved their address.
 */
export const safekeeping: Migration = {
  name: '0004-safekeeping',
  apply: async (_session, change) => {
    await change(
      'create table `installation` (`id` integer not null primary key, `installation_id` text not null, ' +
        '`created_at` datetime not null, `confirmed_at` datetime null)',
    );
    await change('create table `job_turn` (`id_usuario` integer not null primary key, `served_at` datetime not null)');
    await change('alter table `JobConv` add column `stored_bytes` bigint null');
    await change('alter table `Usuario` add column `unverified_since` datetime null');
  },
};
