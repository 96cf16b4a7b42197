import { PROBLEMS, type FieldError, type ProblemKind } from '@som3d/contract';

export type ErrorKind = ProblemKind;

interface Extras {
  readonly errors?: FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * An error that the caller sees. `detail` is a Spanish sentence without internals. Any other thrown error becomes a
 * 500 that shows its request id only.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ErrorKind, detail: string, extras: Extras = {}) {
    super(`${kind}: ${detail}`, { cause: extras.cause });
    this.kind = kind;
    this.detail = detail;
    this.errors = extras.errors;
    this.headers = extras.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }
}

/** Whether an answer of this status is the service's fault. An account that has used up its space is not. */
export function isServerFault(status: number): boolean {
  return status >= 500 && status !== PROBLEMS.insufficient_storage.status;
}

/** A 422 for one field, in the shape of the errors of the schemas. */
export function invalidField(loc: (string | number)[], msg: string, type = 'invalid_value'): AppError {
  return new AppError('validation', msg, { errors: [{ loc, msg, type }] });
}
