import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { inForce } from './in-force.ts';

/** Whether a doctor is covered at this instant by a subscription of their own or of their hospital. */
export async function hasActiveSubscription(orm: MikroORM, id_medico: number, now: Date): Promise<boolean> {
  const row = await kysely(orm.em.fork())
    .selectFrom('Suscripcion')
    .select('id_suscripcion')
    .where(inForce('Suscripcion', now))
    .where((where) =>
      where.or([
        where('id_medico', '=', id_medico),
        where('id_hospital', '=', (query) =>
          query.selectFrom('Medico').select('Medico.id_hospital').where('Medico.id_medico', '=', id_medico),
        ),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Refuses what only subscribers may do, where `REQUIRE_ACTIVE_SUBSCRIPTION` asks for it. An administrator needs none.
 *
 * @throws AppError 402 for a doctor whom no active subscription covers
 */
export async function requireEntitlement(
  { orm, config, clock }: Pick<Deps, 'orm' | 'config' | 'clock'>,
  actor: Actor,
): Promise<void> {
  if (!config.REQUIRE_ACTIVE_SUBSCRIPTION || isAdmin(actor)) return;
  if (actor.id_medico !== null && (await hasActiveSubscription(orm, actor.id_medico, clock()))) return;
  throw new AppError(
    'payment_required',
    'Necesita una suscripción activa, propia o de su hospital, para procesar estudios',
  );
}
