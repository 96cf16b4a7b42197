import type { FieldError, Job } from '@som3d/contract';

/** Everything that this package throws on its own account. An aborted `signal` throws the signal's reason instead. */
export class Som3dError extends Error {
  override readonly name: string = 'Som3dError';
}

/** A request that can not be sent as it is, e.g. a path parameter that is empty or `..`. Nothing went out. */
export class InvalidRequestError extends Som3dError {
  override readonly name: string = 'InvalidRequestError';
}

/** The service gave no answer: refused, reset, unknown host, broken off half-way. `cause` is fetch's own error. */
export class NetworkError extends Som3dError {
  override readonly name: string = 'NetworkError';
  /** Scheme, host and port that were called; never the path, which may carry a signed token. */
  readonly origin: string;
  /** The system's code where there is one, e.g. `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(origin: string, cause: unknown) {
    const code = systemCode(cause);
    super(`No answer from ${origin}${code ? ` (${code})` : ''}`, { cause });
    this.origin = origin;
    this.code = code;
  }
}

/** Nothing was heard for `timeoutMs` milliseconds, or a wait took longer than it was allowed to. */
export class TimeoutError extends Som3dError {
  override readonly name: string = 'TimeoutError';
  readonly timeoutMs: number;

  constructor(message: string, timeoutMs: number) {
    super(message);
    this.timeoutMs = timeoutMs;
  }
}

/** A 2xx answer that the contract does not know: another status, or another content type than the one it declares. */
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

/** What an {@link ApiError} is made of. */
export interface ApiErrorInit {
  readonly status: number;
  /** Name of the route in the contract, e.g. `patients.list`. */
  readonly route: string;
  readonly headers: Headers;
  /** The body as it came: parsed JSON, or text. */
  readonly body: unknown;
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** The service answered with anything but a 2xx. The fields are those of RFC 9457 problem details. */
export class ApiError extends Som3dError {
  override readonly name: string = 'ApiError';
  readonly status: number;
  readonly route: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** URI reference of the kind of problem. */
  readonly type: string;
  readonly title: string;
  /** A Spanish sentence for the person in front of the screen; empty when the answer was no problem document. */
  readonly detail: string;
  /** Faults of single fields (422), else empty. */
  readonly errors: readonly FieldError[];
  /** Quote this to the operators: it is in their log. */
  readonly requestId: string | undefined;
  /** Seconds to wait before another try, when the service named them. */
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

/** 401: no session, or one that has ended. */
export class UnauthorizedError extends ApiError {
  override readonly name: string = 'UnauthorizedError';
}
/** 403: the session may not do this. */
export class ForbiddenError extends ApiError {
  override readonly name: string = 'ForbiddenError';
}
/** 404: there is no such thing, or it is another doctor's. */
export class NotFoundError extends ApiError {
  override readonly name: string = 'NotFoundError';
}
/** 409: it contradicts what is already there. */
export class ConflictError extends ApiError {
  override readonly name: string = 'ConflictError';
}
/** 422: fields that are not valid; see `errors`. */
export class ValidationError extends ApiError {
  override readonly name: string = 'ValidationError';
}
/** 429: too many tries; see `retryAfter`. */
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

/** The most telling subclass of {@link ApiError} for a status. */
export function apiError(init: ApiErrorInit, options?: ErrorOptions): ApiError {
  return new (BY_STATUS[init.status] ?? ApiError)(init, options);
}

/** Whether something thrown is an answer of the service, and of this status when one is named. */
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

/** A job that somebody canceled. */
export class JobCanceledError extends Som3dError {
  override readonly name: string = 'JobCanceledError';
  readonly job: Job;

  constructor(job: Job) {
    super(`Job ${job.job_id} was canceled`);
    this.job = job;
  }
}

/** fetch hides the system's error one or two causes deep, and in an AggregateError when a host has several addresses. */
function systemCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return systemCode(cause ?? (Array.isArray(errors) ? errors[0] : undefined), depth + 1);
}
