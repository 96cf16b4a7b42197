import type { EntityManager } from '@mikro-orm/core';
import {
  MESSAGE_PREVIEW,
  MESSAGE_STATE_ALIASES,
  type InboxQuery,
  type MessageQuery,
  type MessageState,
} from '@som3d/contract';
import { sql, type Selectable } from 'kysely';
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

/** The words under which rows hold a state. */
function wordsOf(state: MessageState): string[] {
  const aliases = Object.entries(MESSAGE_STATE_ALIASES);
  return [state, ...aliases.filter(([, meant]) => meant === state).map(([word]) => word)];
}

/** One page of a doctor's messages, newest first. */
export async function listMessages(
  em: EntityManager,
  id_medico: number,
  query: MessageQuery,
): Promise<PageOf<MessageRow>> {
  let own = kysely(em).selectFrom('mensaje').selectAll().where('id_medico', '=', id_medico);
  if (query.estado) own = own.where('estado', 'in', wordsOf(query.estado));
  if (query.tipo) own = own.where('tipo', '=', query.tipo);
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

function events(em: EntityManager) {
  return kysely(em)
    .selectFrom('mensaje_evento as e')
    .leftJoin('Usuario as u', 'u.id_usuario', 'e.id_actor_usuario')
    .selectAll('e')
    .select(['u.nombre', 'u.apellido', 'u.correo']);
}
export type EventRow = Awaited<ReturnType<ReturnType<typeof events>['executeTakeFirstOrThrow']>>;

/** The newest events of each of some messages, newest first. */
async function previewsOf(em: EntityManager, messages: readonly number[]): Promise<Map<number, EventRow[]>> {
  const place = sql<number>`row_number() over (partition by e.id_mensaje order by e.id_evento desc)`;
  const ranked = events(em)
    .select(place.as('place'))
    // No message has the id 0: an empty list is no SQL.
    .where('e.id_mensaje', 'in', [0, ...messages]);
  const newest = kysely(em).selectFrom(ranked.as('r')).selectAll().where('place', '<=', MESSAGE_PREVIEW);
  return Map.groupBy(await newest.orderBy('id_evento', 'desc').execute(), ({ id_mensaje }) => id_mensaje);
}

type PeopleRow = Awaited<ReturnType<ReturnType<typeof withPeople>['executeTakeFirstOrThrow']>>;
/** A message of the inbox with the newest events of its history. */
export type InboxRow = PeopleRow & { readonly preview: readonly EventRow[] };

async function withPreviews(em: EntityManager, rows: readonly PeopleRow[]): Promise<InboxRow[]> {
  const ids = rows.map(({ id_mensaje }) => id_mensaje);
  const previews = await previewsOf(em, ids);
  return rows.map((row) => ({ ...row, preview: previews.get(row.id_mensaje) ?? [] }));
}

/** One message of the inbox; undefined when there is none. */
export async function findInboxMessage(em: EntityManager, id_mensaje: number): Promise<InboxRow | undefined> {
  const rows = await withPeople(inbox(em).where('m.id_mensaje', '=', id_mensaje)).execute();
  return (await withPreviews(em, rows))[0];
}

/** One page of everybody's messages, newest first. */
export async function listInbox(em: EntityManager, actor: Actor, query: InboxQuery): Promise<PageOf<InboxRow>> {
  let found = inbox(em);
  if (query.estado) found = found.where('m.estado', 'in', wordsOf(query.estado));
  if (query.tipo) found = found.where('m.tipo', '=', query.tipo);
  if (query.severidad) found = found.where('m.severidad', '=', query.severidad);
  if (query.only_unread) found = found.where('m.leido_admin', '=', 0);
  if (query.leido !== undefined) found = found.where('m.leido_admin', '=', query.leido ? 1 : 0);
  if (query.id_medico) found = found.where('m.id_medico', '=', query.id_medico);
  if (query.asignado === 'nadie') found = found.where('g.asignado_admin_id_usuario', 'is', null);
  else if (query.asignado !== undefined) {
    const admin = query.asignado === 'mio' ? actor.id_usuario : query.asignado;
    found = found.where('g.asignado_admin_id_usuario', '=', admin);
  }
  if (query.q)
    found = found.where(containsWords(['m.titulo', 'm.descripcion', 'u.nombre', 'u.apellido', 'u.correo'], query.q));
  const page = await readPage(withPeople(found).orderBy('m.id_mensaje', 'desc'), boundsOf(query));
  return { ...page, rows: await withPreviews(em, page.rows) };
}

/** The history of a message, newest first. */
export async function listMessageEvents(em: EntityManager, id_mensaje: number): Promise<EventRow[]> {
  return await events(em).where('e.id_mensaje', '=', id_mensaje).orderBy('e.id_evento', 'desc').execute();
}
