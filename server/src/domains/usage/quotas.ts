import type { EntityManager } from '@mikro-orm/core';
import type { Config } from '../../config/config.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { countOrRefuse } from '../../db/locks/rate-limit.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import type { Payer } from '../subscriptions/payers.ts';
import { countOpenCheckouts, countStates, isUnverified, readJobUsage, readOpenUploads } from './usage.queries.ts';

const DAY_MS = 86_400_000;
/** Resumable uploads of one account that are no job yet. */
const MOST_UPLOADS = 20;

type Counting = Pick<Deps, 'orm' | 'clock' | 'config'>;

/** Names of the counts in `rate_limit`. */
export function noteBucket({ id_usuario }: Pick<Actor, 'id_usuario'>): string {
  return `notes:${id_usuario}`;
}
export function messageBucket({ id_usuario }: Pick<Actor, 'id_usuario'>): string {
  return `messages:${id_usuario}`;
}

/** The largest number of bytes that the files of one account may take. */
export function storedLimit({ SOM3D_QUOTA_STORED_GIB }: Pick<Config, 'SOM3D_QUOTA_STORED_GIB'>): number {
  return SOM3D_QUOTA_STORED_GIB * 1024 ** 3;
}

/** What an account lacks to upload, as a sentence; null when it may. */
export async function whyNoUploads(em: EntityManager, config: Config, actor: Actor): Promise<string | null> {
  if (config.uploadRequires === 'active' && !actor.activo) {
    return 'Su cuenta aún no está activa: podrá subir estudios cuando se active con una suscripción';
  }
  if (config.uploadRequires === 'verified' && (await isUnverified(em, actor))) {
    return 'Confirme su correo para subir estudios: pida un código o un enlace para cambiar la contraseña y úselo';
  }
  return null;
}

/**
 * Holds an account until the transaction ends, so that what it owns can be counted and added to.
 *
 * @throws AppError 401 when the account has just been removed
 */
export async function holdAccount(em: EntityManager, id_usuario: number): Promise<void> {
  const user = await em.findOne(Usuario, id_usuario, FOR_UPDATE);
  if (!user) throw new AppError('unauthorized', 'La sesión no es válida o ha vencido');
}

/** Jobs and bytes that no row of a job has yet; negative bytes are counted and become the job's. */
export interface Added {
  readonly jobs: number;
  readonly bytes: number;
}

/**
 * Whether one more job fits.
 *
 * @throws AppError 429 for too many waiting jobs, 507 for too many bytes
 */
export async function requireRoomForJob(
  em: EntityManager,
  config: Config,
  id_usuario: number,
  added: Added,
): Promise<void> {
  const { waiting, bytes } = await readJobUsage(em, id_usuario, config.SOM3D_KEEP_INPUT);
  const { SOM3D_QUOTA_WAITING_JOBS: most } = config;
  if (waiting + added.jobs >= most) {
    throw new AppError(
      'too_many_requests',
      `Ya tiene ${most} trabajos en espera, el máximo: espere a que empiece uno o cancele alguno`,
    );
  }
  requireSpace(config, bytes, added.bytes);
}

/** @throws AppError 507 */
function requireSpace(config: Config, bytes: number, added: number): void {
  const limit = storedLimit(config);
  if (bytes + Math.min(added, 0) < limit && bytes + added <= limit) return;
  throw new AppError(
    'insufficient_storage',
    `Sus archivos ocupan el máximo de ${config.SOM3D_QUOTA_STORED_GIB} GiB: elimine resultados que ya no necesite`,
  );
}

/**
 * Whether one more resumable upload fits. Call it with the account held.
 *
 * @throws AppError 429 for too many unfinished ones, 507 for too many bytes
 */
export async function requireRoomForUpload(
  em: EntityManager,
  config: Config,
  id_usuario: number,
  size: number,
): Promise<void> {
  const { open } = await readOpenUploads(em, id_usuario);
  if (open >= MOST_UPLOADS) {
    const why = `Ya tiene ${MOST_UPLOADS} subidas sin terminar, el máximo: termine o abandone alguna`;
    throw new AppError('too_many_requests', why);
  }
  const { bytes } = await readJobUsage(em, id_usuario, config.SOM3D_KEEP_INPUT);
  requireSpace(config, bytes, size);
}

/** @throws AppError 507 */
export async function requireRoomForState(em: EntityManager, config: Config, id_medico: number): Promise<void> {
  const { SOM3D_QUOTA_VIEWER_STATES: most } = config;
  if ((await countStates(em, id_medico)) < most) return;
  const why = `Ya guardó ${most} estados del visor, el máximo: elimine alguno para guardar otro`;
  throw new AppError('insufficient_storage', why);
}

/** Call it with the payer's row held. @throws AppError 429 */
export async function requireRoomForCheckout(
  em: EntityManager,
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  payer: Payer,
): Promise<void> {
  const { SOM3D_QUOTA_OPEN_CHECKOUTS: most } = config;
  if ((await countOpenCheckouts(em, payer, clock())) < most) return;
  const why = `Ya inició ${most} pagos en 7 días sin terminar ninguno: termine uno de ellos, o espere a que venzan`;
  throw new AppError('too_many_requests', why);
}

/** @throws AppError 429 with Retry-After */
export async function countNote(deps: Counting, actor: Actor): Promise<void> {
  const hits = deps.config.SOM3D_QUOTA_NOTES_PER_DAY;
  const why = `Ya agregó ${hits} notas en 24 horas, el máximo: podrá agregar más cuando pase ese tiempo`;
  await countOrRefuse(deps, [{ bucket: noteBucket(actor), hits }], DAY_MS, why);
}

/** @throws AppError 429 with Retry-After */
export async function countMessage(deps: Counting, actor: Actor): Promise<void> {
  const hits = deps.config.SOM3D_QUOTA_MESSAGES_PER_DAY;
  const why = `Ya envió ${hits} mensajes en 24 horas, el máximo: podrá enviar más cuando pase ese tiempo`;
  await countOrRefuse(deps, [{ bucket: messageBucket(actor), hits }], DAY_MS, why);
}
