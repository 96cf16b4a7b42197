import type { oas31 } from 'openapi3-ts';
import { Problem, PROBLEM_TYPE, PROBLEMS } from '../index.ts';
import type { Components } from './schemas.ts';
import { TITLES } from './titles.ts';

/** The name in `components.responses` of the problem with a status. */
export function problemName(status: number): string {
  return `Problem${status}`;
}

const MORE_HEADERS: Readonly<Record<number, oas31.HeadersObject>> = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/Authenticate' } },
  423: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
  429: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
  503: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
};

/**
 * The problem of each status, once.
 *
 * @param used statuses that an operation answers
 */
export function problemResponses(
  components: Components,
  used: ReadonlySet<number>,
): Record<string, oas31.ResponseObject> {
  const schema = components.schemaOf(Problem, 'output');
  const kindOf = new Map(Object.values(PROBLEMS).map((problem) => [problem.status as number, problem]));
  return Object.fromEntries(
    [...kindOf]
      .filter(([status]) => used.has(status))
      .map(([status, { type, title }]) => [
        problemName(status),
        {
          description: TITLES[status] ?? title,
          headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' }, ...MORE_HEADERS[status] },
          content: {
            [PROBLEM_TYPE]: {
              schema,
              example: { type, title, status, detail: `${title}.`, request_id: '0b8f6c1e-7d3a-4f51-9a52-6f0c3f1f9f10' },
            },
          },
        },
      ]),
  );
}
