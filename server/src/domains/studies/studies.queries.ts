import type { MikroORM } from '@mikro-orm/core';
import type { StudyQuery } from '@som3d/contract';
import { kysely } from '../../db/orm.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { readPage } from '../../http/pages.ts';

const COLUMNS = [
  'id_estudio',
  'id_paciente',
  'id_medico',
  'modalidad',
  'fecha_estudio',
  'descripcion',
  'notas',
] as const;

/** One page of studies, newest first: a doctor's own, or all for an administrator. */
export async function listStudies(orm: MikroORM, actor: Actor, query: StudyQuery) {
  let studies = kysely(orm.em).selectFrom('Estudio').select(COLUMNS);
  // A doctor without a profile row has no studies: no row has the id 0.
  if (!isAdmin(actor)) studies = studies.where('id_medico', '=', actor.id_medico ?? 0);
  if (query.paciente_id) studies = studies.where('id_paciente', '=', query.paciente_id);
  return await readPage(studies.orderBy('fecha_estudio', 'desc').orderBy('id_estudio', 'desc'), query);
}
