import type { ErrorRequestHandler, Request } from 'express';
import { AppError, type ErrorKind } from '../../base/errors.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { routeOf } from '../../http/route.ts';
import { AuditTrail, type AuditedType } from './audit.ts';

/** What somebody tried to reach who may not. */
export interface Refused {
  readonly type: AuditedType;
  /** 0 for what has no number. */
  readonly id: number;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A record that belongs to somebody else. The caller's answer is `kind`, which may hide that it exists. */
export class RefusedError extends AppError {
  readonly refused: Refused;

  constructor(refused: Refused, kind: ErrorKind, detail: string) {
    super(kind, detail);
    this.refused = refused;
  }
}

/** The refusal behind an error, also when a route answers with another error in its place. */
function refusalOf(error: unknown): Refused | null {
  if (error instanceof RefusedError) return error.refused;
  return error instanceof Error && error.cause !== undefined ? refusalOf(error.cause) : null;
}

function attemptOf(req: Request) {
  return { metodo: req.method, ruta: routeOf(req)?.path ?? null };
}

/**
 * Writes a row of the audit for each try that was refused, before the answer goes out. The transaction of the try itself
 * has been rolled back by then.
 */
export function auditRefusals({ orm, clock }: Pick<Deps, 'orm' | 'clock'>): ErrorRequestHandler {
  return async (error: unknown, req, _res, next) => {
    const refused = refusalOf(error);
    const { actor } = req;
    if (!refused || !actor) return next(error);
    await inTransaction(orm.em, async (em) => {
      const meta = { ...refused.meta, ...attemptOf(req) };
      new AuditTrail(em, actor.id_usuario, clock()).denied(refused.type, refused.id, { meta });
      await em.flush();
    });
    next(error);
  };
}
