import type { EntityManager } from '@mikro-orm/core';
import { sql } from 'kysely';
import { kysely } from '../../db/kysely.ts';
import type { Actor } from '../../http/context.ts';
import type { Payer } from '../subscriptions/payers.ts';

/** A checkout that was neither paid nor refused counts as open for so long, in ms: the gateway has no answer after that. */
const CHECKOUT_MS = 7 * 86_400_000;

/** What the jobs of one user take. */
export interface JobUsage {
  readonly waiting: number;
  /** Bytes of uploads and results in the storage, and those that unfinished uploads have reserved. */
  readonly bytes: number;
}

/** @param keepInput whether uploads stay after their job has ended */
export async function readJobUsage(em: EntityManager, id_usuario: number, keepInput: boolean): Promise<JobUsage> {
  const inputs = keepInput
    ? sql<number>`coalesce(input_size, 0)`
    : sql<number>`case when status in ('QUEUED', 'RUNNING') then coalesce(input_size, 0) else 0 end`;
  // A result of a former version has the size of its ZIP alone.
  const results = sql<number>`case when result_key is null then 0 else coalesce(stored_bytes, result_size, 0) end`;
  const row = await kysely(em)
    .selectFrom('JobConv')
    .where('id_usuario', '=', id_usuario)
    .select([
      sql<number | null>`sum(case when status = 'QUEUED' then 1 else 0 end)`.as('waiting'),
      sql<number | null>`sum(${inputs} + ${results})`.as('bytes'),
    ])
    .executeTakeFirstOrThrow();
  const { reserved } = await readOpenUploads(em, id_usuario);
  return { waiting: row.waiting ?? 0, bytes: (row.bytes ?? 0) + reserved };
}

/** The resumable uploads of a user that are no job yet: how many, and the bytes that they have reserved. */
export async function readOpenUploads(
  em: EntityManager,
  id_usuario: number,
): Promise<{ readonly open: number; readonly reserved: number }> {
  const { open, reserved } = await kysely(em)
    .selectFrom('upload')
    .where('id_usuario', '=', id_usuario)
    .where('expired', '=', 0)
    .select(({ fn }) => [fn.countAll<number>().as('open'), sql<number | null>`sum(size)`.as('reserved')])
    .executeTakeFirstOrThrow();
  return { open, reserved: reserved ?? 0 };
}

export async function countStates(em: EntityManager, id_medico: number): Promise<number> {
  const { count } = await kysely(em)
    .selectFrom('VisorEstado')
    .where('id_medico', '=', id_medico)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

export async function countOpenCheckouts(em: EntityManager, payer: Payer, now: Date): Promise<number> {
  const [column, id] =
    'id_medico' in payer
      ? (['s.id_medico', payer.id_medico] as const)
      : (['s.id_hospital', payer.id_hospital] as const);
  const { count } = await kysely(em)
    .selectFrom('epayco_checkout as c')
    .innerJoin('Suscripcion as s', 's.id_suscripcion', 'c.id_suscripcion')
    .where('c.estado', '=', 'ABIERTO')
    .where('c.created_at', '>', new Date(now.getTime() - CHECKOUT_MS))
    .where(column, '=', id)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Whether the address of an account waits to be proved. */
export async function isUnverified(em: EntityManager, { id_usuario }: Actor): Promise<boolean> {
  const row = await kysely(em)
    .selectFrom('Usuario')
    .select('unverified_since')
    .where('id_usuario', '=', id_usuario)
    .executeTakeFirst();
  return row !== undefined && row.unverified_since !== null;
}
