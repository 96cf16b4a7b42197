import type { EntityManager } from '@mikro-orm/core';
import type { InboxQuery, MessageQuery } from '@som3d/contract';
import type { Selectable } from 'kysely';
import { kysely, type Database } from '../../db/kysely.ts';
import { containsWords } from '../../db/like.ts';
import type { Actor } from '../../http/context.ts';
import { readPage, type PageOf } from '../../http/pages.ts';
import type { Mensaje } from '../../db/entities/messages.entity.ts';

export type MessageRow = Selectable<Database['mensaje']> | Mensaje;

/** The predecessor pages messages by number. */
function boundsOf({ page, page_size }: MessageQuery) {
  return { limit: page_size, offset: (page - 1) * page_size };
}

/** One page of a doctor's messages, newest first. */
export async function listMessages(
  em: EntityManager,
  id_medico: number,
  query: MessageQuery,
): Promise<PageOf<MessageRow>> {
  const own = kysely(em).selectFrom('mensaje').selectAll().where('id_medico', '=', id_medico);
  return await readPage(own.orderBy('id_mensaje', 'desc'), boundsOf(query));
}

/** Messages with their doctor and the administrator who looks after them. */
function inbox(em: EntityManager) {
  return kysely(em)
    .selectFrom('mensaje as m')
    .innerJoin('Medico as d', 'd.id_medico', 'm.id_medico')
    .innerJoin('Usuario as u', 'u.id_usuario', 'd.id_usuario')
    .leftJoin('mensaje_gestion as g', 'g.id_mensaje', 'm.id_mensaje')
    .leftJoin('Usuario as a', 'a.id_usuario', 'g.asignado_admin_id_usuario');
}

function withPeople(rows: ReturnType<typeof inbox>) {
  return rows
    .selectAll('m')
    .select([
      'u.id_usuario as medico_id_usuario',
      'u.nombre as medico_nombre',
      'u.apellido as medico_apellido',
      'u.correo as medico_correo',
      'a.id_usuario as asignado_id_usuario',
      'a.nombre as asignado_nombre',
      'a.apellido as asignado_apellido',
      'a.correo as asignado_correo',
    ]);
}

/** One message of the inbox; undefined when there is none. */
export async function findInboxMessage(em: EntityManager, id_mensaje: number) {
  return await withPeople(inbox(em).where('m.id_mensaje', '=', id_mensaje)).executeTakeFirst();
}
export type InboxRow = NonNullable<Awaited<ReturnType<typeof findInboxMessage>>>;

/** One page of everybody's messages, newest first. */
export async function listInbox(em: EntityManager, actor: Actor, query: InboxQuery): Promise<PageOf<InboxRow>> {
  let found = inbox(em);
  if (query.estado) found = found.where('m.estado', '=', query.estado);
  if (query.tipo) found = found.where('m.tipo', '=', query.tipo);
  if (query.severidad) found = found.where('m.severidad', '=', query.severidad);
  if (query.leido !== undefined) found = found.where('m.leido_admin', '=', query.leido ? 1 : 0);
  if (query.id_medico) found = found.where('m.id_medico', '=', query.id_medico);
  if (query.asignado === 'nadie') found = found.where('g.asignado_admin_id_usuario', 'is', null);
  else if (query.asignado !== undefined) {
    const admin = query.asignado === 'mio' ? actor.id_usuario : query.asignado;
    found = found.where('g.asignado_admin_id_usuario', '=', admin);
  }
  if (query.q) found = found.where(containsWords(['m.titulo', 'm.descripcion', 'u.nombre', 'u.apellido'], query.q));
  return await readPage(withPeople(found).orderBy('m.id_mensaje', 'desc'), boundsOf(query));
}

/** The history of a message, in order. */
export async function listMessageEvents(em: EntityManager, id_mensaje: number) {
  return await kysely(em)
    .selectFrom('mensaje_evento as e')
    .leftJoin('Usuario as u', 'u.id_usuario', 'e.id_actor_usuario')
    .selectAll('e')
    .select(['u.nombre', 'u.apellido', 'u.correo'])
    .where('e.id_mensaje', '=', id_mensaje)
    .orderBy('e.id_evento')
    .execute();
}
export type EventRow = Awaited<ReturnType<typeof listMessageEvents>>[number];
