import { z } from 'zod';
import { c } from './access.ts';

/** Media type of RFC 9457 problem details. */
export const PROBLEM_TYPE = 'application/problem+json';

/** Every kind of problem that the service answers, with its HTTP status and title. The only such mapping. */
export const PROBLEMS = {
  malformed: { type: 'urn:som3d:problem:malformed', status: 400, title: 'Solicitud malformada' },
  bad_request: { type: 'urn:som3d:problem:bad-request', status: 400, title: 'Solicitud no válida' },
  unauthorized: { type: 'urn:som3d:problem:unauthorized', status: 401, title: 'Sin sesión' },
  second_factor: { type: 'urn:som3d:problem:second-factor', status: 401, title: 'Falta el segundo factor' },
  payment_required: { type: 'urn:som3d:problem:payment-required', status: 402, title: 'Se requiere una suscripción' },
  forbidden: { type: 'urn:som3d:problem:forbidden', status: 403, title: 'Sin permiso' },
  not_found: { type: 'urn:som3d:problem:not-found', status: 404, title: 'No existe' },
  method_not_allowed: { type: 'urn:som3d:problem:method-not-allowed', status: 405, title: 'Método no admitido' },
  request_timeout: { type: 'urn:som3d:problem:request-timeout', status: 408, title: 'La solicitud tardó demasiado' },
  conflict: { type: 'urn:som3d:problem:conflict', status: 409, title: 'Conflicto' },
  gone: { type: 'urn:som3d:problem:gone', status: 410, title: 'Ya no existe' },
  precondition_failed: {
    type: 'urn:som3d:problem:precondition-failed',
    status: 412,
    title: 'Versión del protocolo no admitida',
  },
  too_large: { type: 'urn:som3d:problem:too-large', status: 413, title: 'Demasiado grande' },
  unsupported_media_type: {
    type: 'urn:som3d:problem:unsupported-media-type',
    status: 415,
    title: 'Tipo de contenido no admitido',
  },
  range_not_satisfiable: {
    type: 'urn:som3d:problem:range-not-satisfiable',
    status: 416,
    title: 'Rango no satisfacible',
  },
  validation: { type: 'urn:som3d:problem:validation', status: 422, title: 'Datos no válidos' },
  locked: { type: 'urn:som3d:problem:locked', status: 423, title: 'En uso' },
  too_many_requests: { type: 'urn:som3d:problem:too-many-requests', status: 429, title: 'Demasiados intentos' },
  internal: { type: 'urn:som3d:problem:internal', status: 500, title: 'Error interno' },
  bad_gateway: { type: 'urn:som3d:problem:bad-gateway', status: 502, title: 'La pasarela no respondió' },
  unavailable: { type: 'urn:som3d:problem:unavailable', status: 503, title: 'Servicio no disponible' },
  insufficient_storage: {
    type: 'urn:som3d:problem:insufficient-storage',
    status: 507,
    title: 'Sin espacio disponible',
  },
} as const;
export type ProblemKind = keyof typeof PROBLEMS;
export type ProblemType = (typeof PROBLEMS)[ProblemKind]['type'];

const PROBLEM_TYPES = Object.values(PROBLEMS).map(({ type }) => type) satisfies ProblemType[];

/** One fault in a request: where (`["body","correo"]`), what, and the machine-readable kind. */
export const FieldError = z
  .object({
    loc: z.array(z.union([z.string(), z.number()])),
    msg: z.string(),
    type: z.string(),
  })
  .meta({ id: 'FieldError', description: 'Un dato que no vale: dónde está, qué tiene y de qué clase es el error' });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details. `detail` is a Spanish sentence for the user. */
export const Problem = z
  .object({
    type: z.enum(PROBLEM_TYPES).meta({ description: 'Qué clase de problema es; la lista es cerrada' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    request_id: z.string().optional(),
    errors: z.array(FieldError).optional(),
  })
  .meta({ id: 'Problem', description: 'Un problema (RFC 9457); detail es una frase para el usuario' });
export type Problem = z.infer<typeof Problem>;

const problem = c.otherResponse({ contentType: PROBLEM_TYPE, body: Problem });

/**
 * Response entries for the problems that a route declares itself. `statusesOf` adds those that follow from its access rule
 * and its schemas.
 */
export function problems<const S extends number>(...statuses: S[]) {
  return Object.fromEntries(statuses.map((status) => [status, problem])) as Record<S, typeof problem>;
}
