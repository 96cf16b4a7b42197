import type { FieldError } from '@som3d/contract';

interface Kind {
  readonly status: number;
  readonly title: string;
}

/** Every kind of error that the service answers, with its HTTP status. The only such mapping. */
export const KINDS = {
  malformed: { status: 400, title: 'Solicitud malformada' },
  bad_request: { status: 400, title: 'Solicitud no válida' },
  unauthorized: { status: 401, title: 'Sin sesión' },
  payment_required: { status: 402, title: 'Se requiere una suscripción' },
  forbidden: { status: 403, title: 'Sin permiso' },
  not_found: { status: 404, title: 'No existe' },
  method_not_allowed: { status: 405, title: 'Método no admitido' },
  request_timeout: { status: 408, title: 'La solicitud tardó demasiado' },
  conflict: { status: 409, title: 'Conflicto' },
  too_large: { status: 413, title: 'Demasiado grande' },
  unsupported_media_type: { status: 415, title: 'Tipo de contenido no admitido' },
  range_not_satisfiable: { status: 416, title: 'Rango no satisfacible' },
  validation: { status: 422, title: 'Datos no válidos' },
  too_many_requests: { status: 429, title: 'Demasiados intentos' },
  internal: { status: 500, title: 'Error interno' },
  bad_gateway: { status: 502, title: 'La pasarela no respondió' },
  unavailable: { status: 503, title: 'Servicio no disponible' },
  insufficient_storage: { status: 507, title: 'Sin espacio disponible' },
} as const satisfies Record<string, Kind>;
export type ErrorKind = keyof typeof KINDS;

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
    return KINDS[this.kind].status;
  }
}

/** Whether an answer of this status is the service's fault. An account that has used up its space is not. */
export function isServerFault(status: number): boolean {
  return status >= 500 && status !== KINDS.insufficient_storage.status;
}

/** A 422 for one field, in the shape of the errors of the schemas. */
export function invalidField(loc: (string | number)[], msg: string, type = 'invalid_value'): AppError {
  return new AppError('validation', msg, { errors: [{ loc, msg, type }] });
}
