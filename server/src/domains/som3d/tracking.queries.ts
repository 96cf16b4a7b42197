import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../../db/orm.ts';
import type { PageOf } from '../../http/pages.ts';
import { presentJob } from './som3d.presenter.ts';
import type { JobRow } from './som3d.queries.ts';

/** One page of jobs with their owners: one more statement, however many jobs. */
export async function withOwners(orm: MikroORM, { rows: jobs, total }: PageOf<JobRow>) {
  if (jobs.length === 0) return { rows: [], total };
  const owners = await kysely(orm.em.fork())
    .selectFrom('Usuario as u')
    .leftJoin('Medico as m', 'm.id_usuario', 'u.id_usuario')
    .select(['u.id_usuario', 'm.id_medico', 'u.nombre', 'u.apellido', 'u.correo'])
    .where('u.id_usuario', 'in', [...new Set(jobs.map(({ id_usuario }) => id_usuario))])
    .execute();
  const byId = new Map(owners.map((owner) => [owner.id_usuario, owner]));
  // A user that is removed at this moment takes the jobs along.
  const rows = jobs.flatMap((job) => {
    const owner = byId.get(job.id_usuario);
    return owner ? [{ ...presentJob(job), owner }] : [];
  });
  return { rows, total };
}
