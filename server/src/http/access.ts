import { ROLES_OF } from '@som3d/contract';
import type { RequestHandler } from 'express';
import { AppError } from '../base/errors.ts';
import type { Actor } from './context.ts';
import { matchedRoute } from './route.ts';

/** Whom a token lets in, and until when. */
export interface Admitted {
  readonly actor: Actor;
  readonly until: Date;
}

/** Finds the user behind a bearer token; `null` when the token or its user is no good. */
export type Authenticate = (token: string) => Promise<Admitted | null>;

/** What a 401 carries beside its sentence. */
export const UNAUTHORIZED = { headers: { 'www-authenticate': 'Bearer' } };

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

/** Enforces the access rule that the contract states beside the route. The only place that does. */
export function enforceAccess(authenticate: Authenticate): RequestHandler {
  return async (req, _res, next) => {
    const roles = ROLES_OF[matchedRoute(req).metadata.access];
    if (roles === null) return next();
    const token = bearerOf(req.get('authorization'));
    const admitted = token ? await authenticate(token) : null;
    if (!admitted) throw new AppError('unauthorized', 'La sesión no es válida o venció', UNAUTHORIZED);
    if (!roles.includes(admitted.actor.rol)) throw new AppError('forbidden', 'Su rol no permite esta operación');
    req.actor = admitted.actor;
    req.admittedUntil = admitted.until;
    req.isStillAdmitted = async () => (await authenticate(token ?? '')) !== null;
    next();
  };
}
