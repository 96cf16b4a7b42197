import { Problem, PROBLEM_TYPE, statusesOf, type NamedRoute } from '@som3d/contract';
import { z } from 'zod';
import { keyOfPath, type Planned } from './requests.ts';
import { type Population, wordsIn } from './population.ts';
import type { Received } from './send.ts';
import { isRef } from './values.ts';

const NO_PROBLEM = 300;

function declared(route: NamedRoute['route'], status: number): unknown {
  return (route.responses as Record<number, unknown>)[status];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Why a body is not what a schema says; undefined when it is. */
function mismatch(schema: z.ZodType, value: unknown): string | undefined {
  const { success, error } = schema.safeParse(value);
  return success ? undefined : `not as declared: ${z.prettifyError(error)}`;
}

function wrongProblem({ status, type, body }: Received): string | undefined {
  if (!type.startsWith(PROBLEM_TYPE)) return `a problem of type "${type}"`;
  const problem = parsed(body);
  const wrong = mismatch(Problem, problem);
  return wrong ?? ((problem as Problem).status === status ? undefined : 'the status in the problem is another one');
}

function wrongContent(expected: unknown, { status, type, body }: Received): string | undefined {
  if (expected instanceof z.ZodType) {
    return type.startsWith('application/json') ? mismatch(expected, parsed(body)) : `JSON of type "${type}"`;
  }
  if (typeof expected === 'object' && expected !== null && 'contentType' in expected) {
    const wanted = String(expected.contentType);
    // Files have the type of their content.
    const fits = wanted === 'application/octet-stream' || type.startsWith(wanted);
    if (!fits) return `"${type}" in place of "${wanted}"`;
    return wanted === PROBLEM_TYPE ? wrongProblem({ status, type, headers: '', body }) : undefined;
  }
  return body === '' ? undefined : 'a body where none is declared';
}

function asDeclared({ route }: NamedRoute, received: Received): string | undefined {
  const { status } = received;
  const expected = declared(route, status);
  if (expected !== undefined) return wrongContent(expected, received);
  if (!statusesOf(route).includes(status)) return 'a status that is not declared';
  return status < NO_PROBLEM ? 'a success that is not declared' : wrongProblem(received);
}

/** Whether the request names a row of another doctor's in its path. */
function namesAnother({ caller, route, path }: Planned): boolean {
  if (caller === 'admin' || route.route.metadata.access === 'public') return false;
  return Object.entries(path).some(
    ([name, value]) =>
      isRef(value) &&
      value.owner !== caller &&
      !['plan', 'hospital', 'code'].includes(value.$ref) &&
      keyOfPath(route, name) === value.$ref,
  );
}

/** What is wrong with an answer; undefined when nothing is. */
export function faultOf(planned: Planned, received: Received, population: Population): string | undefined {
  const { status, body, headers } = received;
  if (status >= 500) return 'an error of the service';
  const own = population.wordOf(planned.caller);
  const strange = own === null ? [] : wordsIn(headers + body).filter((word) => word !== own);
  if (strange.length > 0) return "another's data";
  if (status < NO_PROBLEM && namesAnother(planned)) return "a success on another's row";
  return asDeclared(planned.route, received);
}
