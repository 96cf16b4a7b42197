import { InvalidArgumentError } from 'commander';
import {
  ApiError,
  ForbiddenError,
  InvalidRequestError,
  JobCanceledError,
  JobFailedError,
  NetworkError,
  TimeoutError,
  UnauthorizedError,
  UnexpectedResponseError,
} from '../index.ts';
import { printable } from './output.ts';
import { say } from './texts.ts';

/** The exit codes of the command. Its help documents them. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, unreachable: 4, interrupted: 130 } as const;

/** Wrong use: a missing file, an impossible value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** There is no session for this server. */
export class NotLoggedInError extends Error {
  override readonly name = 'NotLoggedInError';

  constructor(url: string) {
    super(say.notLoggedIn(url));
  }
}

/** Ctrl-C; the message names what continues without this command. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

interface Failure {
  readonly code: number;
  readonly lines: readonly string[];
}

function requestLine(error: ApiError): string[] {
  return error.requestId ? [say.requestId(error.requestId)] : [];
}

function sessionHint(error: ApiError): string[] {
  if (error.route === 'auth.login') return [];
  return [process.env['SOM3D_TOKEN'] ? say.tokenEnded : say.sessionEnded];
}

function ofApi(error: ApiError): Failure {
  const fields = error.errors
    .map(({ loc, msg }) => `${loc.slice(1).join('.') || loc.join('.')}: ${msg}`)
    .filter((line) => line !== error.message)
    .map((line) => `  ${line}`);
  const lines = [`${error.message} (HTTP ${error.status})`, ...fields];
  if (error instanceof UnauthorizedError) {
    return { code: EXIT.refused, lines: [...lines, ...sessionHint(error)] };
  }
  if (error instanceof ForbiddenError) return { code: EXIT.refused, lines };
  if (error.status === 400 || error.status === 422) return { code: EXIT.usage, lines };
  const wait = error.retryAfter === undefined ? [] : [say.tryAgain(error.retryAfter)];
  return { code: EXIT.failed, lines: [...lines, ...wait, ...requestLine(error)] };
}

/** Node's own file errors carry a code such as ENOSPC; their message names the path. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

function describe(error: unknown, url: string | undefined): Failure {
  if (error instanceof ApiError) return ofApi(error);
  if (error instanceof NetworkError) {
    const where = url ?? error.origin;
    const code = error.code ? ` (${error.code})` : '';
    return { code: EXIT.unreachable, lines: [say.unreachable(where, code)] };
  }
  if (error instanceof TimeoutError) {
    return { code: EXIT.unreachable, lines: [url === undefined ? error.message : say.timedOut(url)] };
  }
  if (error instanceof UnexpectedResponseError) {
    return { code: EXIT.failed, lines: [error.message, say.isService(url ?? 'SOM3D_URL')] };
  }
  if (error instanceof JobFailedError) {
    return { code: EXIT.failed, lines: [say.jobFailed(error.job.job_id, error.message)] };
  }
  if (error instanceof JobCanceledError) {
    return { code: EXIT.failed, lines: [say.jobCanceled(error.job.job_id)] };
  }
  if (error instanceof NotLoggedInError) return { code: EXIT.refused, lines: [error.message] };
  if (error instanceof InterruptedError) return { code: EXIT.interrupted, lines: [error.message] };
  const isUsage =
    error instanceof UsageError || error instanceof InvalidRequestError || error instanceof InvalidArgumentError;
  if (isUsage) return { code: EXIT.usage, lines: [error.message] };
  if (isSystemError(error)) return { code: EXIT.failed, lines: [error.message] };
  return { code: EXIT.failed, lines: [say.unexpected(error instanceof Error ? error.message : String(error))] };
}

/**
 * The lines to print and the exit code. They show messages only: no stack, no request, no header.
 *
 * @param error the thrown value
 * @param url the server of the request, if any
 */
export function failureOf(error: unknown, url: string | undefined): Failure {
  const { code, lines } = describe(error, url);
  return { code, lines: lines.map(printable) };
}
