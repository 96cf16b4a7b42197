import { z } from 'zod';
import { c } from './access.ts';

/** Media type of RFC 9457 problem details. */
export const PROBLEM_TYPE = 'application/problem+json';

/** One fault in a request: where (`["body","correo"]`), what, and the machine-readable kind. */
export const FieldError = z
  .object({
    loc: z.array(z.union([z.string(), z.number()])),
    msg: z.string(),
    type: z.string(),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details. `detail` is a Spanish sentence for the user. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'URI reference that identifies the kind of problem' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    request_id: z.string().optional(),
    errors: z.array(FieldError).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

const problem = c.otherResponse({ contentType: PROBLEM_TYPE, body: Problem });

/**
 * Response entries for the problems that a route declares itself. `statusesOf` adds those that follow from its access rule
 * and its schemas.
 */
export function problems<const S extends number>(...statuses: S[]) {
  return Object.fromEntries(statuses.map((status) => [status, problem])) as Record<S, typeof problem>;
}
