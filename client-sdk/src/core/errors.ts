import type { FieldError, Job } from '../generated/types.ts';

/** The base of all errors of this package. An aborted `signal` throws the signal's reason instead. */
export class Som3dError extends Error {
  override readonly name: string = 'Som3dError';
}

/** An invalid request, e.g. with a path parameter that is empty or `..`. The client sent nothing. */
export class InvalidRequestError extends Som3dError {
  override readonly name: string = 'InvalidRequestError';
}

/** The service did not answer: connection refused or reset, unknown host, broken off. `cause` is fetch's own error. */
export class NetworkError extends Som3dError {
  override readonly name: string = 'NetworkError';
  /** Scheme, host and port of the call; never the path, which can carry a signed token. */
  readonly origin: string;
  /** The system's code, if any, e.g. `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(origin: string, cause: unknown) {
    const code = systemCode(cause);
    super(`No answer from ${origin}${code ? ` (${code})` : ''}${browserHint(origin)}`, { cause });
    this.origin = origin;
    this.code = code;
  }
}

/** The service was silent for `timeoutMs` milliseconds, or a wait exceeded its limit. */
export class TimeoutError extends Som3dError {
  override readonly name: string = 'TimeoutError';
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number) {
    super(message);
    this.timeoutMs = timeoutMs;
  }
}

/** A 2xx answer that the contract does not declare: another status, or another content type. */
export class UnexpectedResponseError extends Som3dError {
  override readonly name: string = 'UnexpectedResponseError';
  readonly status: number;
  readonly contentType: string | undefined;

  constructor(message: string, status: number, contentType: string | undefined) {
    super(message);
    this.status = status;
    this.contentType = contentType;
  }
}

/** The parts of an {@link ApiError}. */
export interface ApiErrorInit {
  readonly status: number;
  /** Name of the route in the contract, e.g. `patients.list`. */
  readonly route: string;
  readonly headers: Headers;
  /** The body: parsed JSON, or text. */
  readonly body: unknown;
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** An answer of the service other than 2xx. The fields are those of RFC 9457 problem details. */
export class ApiError extends Som3dError {
  override readonly name: string = 'ApiError';
  readonly status: number;
  readonly route: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** URI reference of the kind of problem. */
  readonly type: string;
  readonly title: string;
  /** A Spanish sentence for the user; empty when the answer is no problem document. */
  readonly detail: string;
  /** Faults of single fields (422), otherwise empty. */
  readonly errors: readonly FieldError[];
  /** The id of the request in the service's log, for the operators. */
  readonly requestId: string | undefined;
  /** Seconds to wait before another attempt, when the service names them. */
  readonly retryAfter: number | undefined;

  constructor(init: ApiErrorInit, options?: ErrorOptions) {
    super(init.detail || init.title || `HTTP ${init.status}`, options);
    this.status = init.status;
    this.route = init.route;
    this.headers = init.headers;
    this.body = init.body;
    this.type = init.type ?? 'about:blank';
    this.title = init.title ?? `HTTP ${init.status}`;
    this.detail = init.detail ?? '';
    this.errors = init.errors ?? [];
    this.requestId = init.requestId;
    this.retryAfter = init.retryAfter;
  }
}

/** 401: no session, or an expired one. */
export class UnauthorizedError extends ApiError {
  override readonly name: string = 'UnauthorizedError';
}
/** 403: the session may not do this. */
export class ForbiddenError extends ApiError {
  override readonly name: string = 'ForbiddenError';
}
/** 404: it does not exist, or belongs to another doctor. */
export class NotFoundError extends ApiError {
  override readonly name: string = 'NotFoundError';
}
/** 409: the state of the record does not allow it, or the record exists already. */
export class ConflictError extends ApiError {
  override readonly name: string = 'ConflictError';
}
/** 422: invalid fields; see `errors`. */
export class ValidationError extends ApiError {
  override readonly name: string = 'ValidationError';
}
/** 429: too many attempts; see `retryAfter`. */
export class RateLimitError extends ApiError {
  override readonly name: string = 'RateLimitError';
}

const BY_STATUS: Readonly<Record<number, typeof ApiError>> = {
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  422: ValidationError,
  429: RateLimitError,
};

/** Creates the subclass of {@link ApiError} for a status. */
export function apiError(init: ApiErrorInit, options?: ErrorOptions): ApiError {
  return new (BY_STATUS[init.status] ?? ApiError)(init, options);
}

/** Whether a thrown value is an answer of the service, and has this status when one is given. */
export function isApiError(error: unknown, status?: number): error is ApiError {
  return error instanceof ApiError && (status === undefined || error.status === status);
}

/** A job that ended in ERROR. The message is the service's Spanish sentence. */
export class JobFailedError extends Som3dError {
  override readonly name: string = 'JobFailedError';
  readonly job: Job;

  constructor(job: Job) {
    super(job.error ?? 'El trabajo terminó con un error');
    this.job = job;
  }
}

/** A canceled job. */
export class JobCanceledError extends Som3dError {
  override readonly name: string = 'JobCanceledError';
  readonly job: Job;

  constructor(job: Job) {
    super(`Job ${job.job_id} was canceled`);
    this.job = job;
  }
}

/** A browser hides why a request failed: what a developer looks at first. Empty outside of a page. */
function browserHint(origin: string): string {
  const page = (globalThis as { location?: { origin: string; protocol: string } }).location;
  if (!page || page.origin === origin) return '';
  if (page.protocol === 'https:' && origin.startsWith('http:')) {
    return `. The page ${page.origin} is https and the service is not: browsers block that`;
  }
  return `. Is the service running, and is ${page.origin} in its FRONTEND_ORIGINS (CORS)? localhost and 127.0.0.1 differ`;
}

/** fetch nests the system's error one or two causes deep, and in an AggregateError when a host has several addresses. */
function systemCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return systemCode(cause ?? (Array.isArray(errors) ? errors[0] : undefined), depth + 1);
}
