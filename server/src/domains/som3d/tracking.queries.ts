import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../../db/orm.ts';
import { presentJob } from './som3d.presenter.ts';
import type { JobRow } from './som3d.queries.ts';

/** Jobs with whose they are: one more statement, however many jobs. */
export async function withOwners(orm: MikroORM, jobs: readonly JobRow[]) {
  if (jobs.length === 0) return [];
  const owners = await kysely(orm.em.fork())
    .selectFrom('Usuario as u')
    .leftJoin('Medico as m', 'm.id_usuario', 'u.id_usuario')
    .select(['u.id_usuario', 'm.id_medico', 'u.nombre', 'u.apellido', 'u.correo'])
    .where('u.id_usuario', 'in', [...new Set(jobs.map(({ id_usuario }) => id_usuario))])
    .execute();
  const byId = new Map(owners.map((owner) => [owner.id_usuario, owner]));
  // A user that is removed at this moment takes the jobs along.
  return jobs.flatMap((job) => {
    const owner = byId.get(job.id_usuario);
    return owner ? [{ ...presentJob(job), owner }] : [];
  });
}
