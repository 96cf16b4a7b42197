import type { Role } from '@som3d/contract';
import type { Logger } from 'pino';
import { AppError } from '../base/errors.ts';

/** Who makes a request, as the database knows them at that moment. */
export interface Actor {
  readonly id_usuario: number;
  readonly rol: Role;
  readonly activo: boolean;
  readonly correo: string;
  /** The doctor's profile row, when there is one. */
  readonly id_medico: number | null;
  /** The session of the login that the request's token names; null for a token without one. */
  readonly sid: string | null;
}

declare global {
  namespace Express {
    interface Request {
      /** Identifier of this request, in every log line and error answer. */
      requestId: string;
      /** The logger of this request: its lines carry the request's id. */
      log: () => Logger;
      actor?: Actor;
      /** When the token that let the actor in runs out. */
      admittedUntil?: Date;
      /** Whether that token would be let in now as well: what goes on for minutes asks again. */
      isStillAdmitted?: () => Promise<boolean>;
    }
  }
}

/**
 * The signed-in user of a request whose route demands one.
 *
 * @throws AppError 401 without one
 */
export function actorOf(req: Express.Request): Actor {
  if (!req.actor) throw new AppError('unauthorized', 'Inicie sesión para continuar');
  return req.actor;
}

export function isAdmin(actor: Actor): boolean {
  return actor.rol === 'ADMINISTRADOR';
}
