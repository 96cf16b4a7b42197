import { PROBLEM_TYPE, PROBLEMS, type FieldError, type Problem } from '@som3d/contract';
import { RequestValidationError } from '@ts-rest/express';
import type { ErrorRequestHandler, Response } from 'express';
import { isDiskError, isOrphanError, isTransientError } from '../db/errors.ts';
import { AppError, isServerFault, type ErrorKind } from '../base/errors.ts';
import { discardBody } from './linger.ts';

interface Issue {
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly message: string;
  readonly code?: string;
}

function issuesOf(place: string, error: { readonly issues: readonly Issue[] } | null): FieldError[] {
  return (error?.issues ?? []).map((issue) => ({
    loc: [
      place,
      ...(issue.path ?? []).map((step) => {
        const key = typeof step === 'object' ? step.key : step;
        return typeof key === 'number' ? key : String(key);
      }),
    ],
    msg: issue.message,
    type: issue.code ?? 'invalid',
  }));
}

/** 422 of a schema's issues, the first of each field; `detail` names the first fields so that it helps on its own. */
export function validationError(issues: FieldError[]): AppError {
  const errors = [...new Map(issues.toReversed().map((issue) => [issue.loc.join('.'), issue])).values()].toReversed();
  const first = errors.slice(0, 3).map(({ loc, msg }) => `${loc.slice(1).join('.') || loc[0]}: ${msg}`);
  return new AppError('validation', first.join('; ') || 'Los datos no son válidos', { errors });
}

/** 422 of a zod (or other standard schema) failure in one part of the request. */
export function schemaError(place: string, error: { readonly issues: readonly Issue[] }): AppError {
  return validationError(issuesOf(place, error));
}

function fromValidation(error: RequestValidationError): AppError {
  return validationError([
    ...issuesOf('path', error.pathParams),
    ...issuesOf('header', error.headers),
    ...issuesOf('query', error.query),
    ...issuesOf('body', error.body),
  ]);
}

/** Errors of the body parser and of the router carry a status of their own. */
const HTTP_KINDS: Record<number, [ErrorKind, string]> = {
  400: ['malformed', 'La solicitud no se puede leer: el JSON o la dirección están mal formados'],
  413: ['too_large', 'El contenido es demasiado grande'],
  415: ['unsupported_media_type', 'La codificación del contenido no se admite'],
};

function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof RequestValidationError) return fromValidation(error);
  if (isDiskError(error)) {
    return new AppError('unavailable', 'No se puede guardar en este momento; intente más tarde', {
      headers: { 'retry-after': '60' },
      cause: error,
    });
  }
  if (isTransientError(error) || isOrphanError(error)) {
    return new AppError('unavailable', 'El servicio no está disponible en este momento; intente de nuevo', {
      headers: { 'retry-after': '2' },
      cause: error,
    });
  }
  const status = (error as { status?: unknown; statusCode?: unknown } | null)?.status;
  const known = typeof status === 'number' ? HTTP_KINDS[status] : undefined;
  return known ? new AppError(...known, { cause: error }) : undefined;
}

/** Writes an error as RFC 9457 problem details. */
export function sendProblem(res: Response, requestId: string, error: AppError): void {
  const problem: Problem = {
    type: PROBLEMS[error.kind].type,
    title: PROBLEMS[error.kind].title,
    status: error.status,
    detail: error.detail,
    request_id: requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
  res.set({ ...error.headers, 'cache-control': 'no-store' });
  res.status(error.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** The one mapping from what is thrown to what is answered. */
export const problemHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const known = toAppError(error);
  if (!known) req.log().error({ err: error }, 'unexpected error');
  else if (isServerFault(known.status)) req.log().warn({ err: known.cause ?? known }, 'unavailable');
  if (res.headersSent) {
    // The answer is under way: the only honest end is to break it off.
    res.destroy();
    return next();
  }
  discardBody(req, res);
  sendProblem(
    res,
    req.requestId,
    known ?? new AppError('internal', `Ocurrió un error inesperado. Indique este código al soporte: ${req.requestId}`),
  );
};
