import { buildOpenApi } from '@som3d/contract/openapi';
import type { Example, ExampleProblem } from '../testing/example.ts';
import { byDomain, HEAD } from './route-info.ts';

interface Content {
  readonly example?: unknown;
}
interface Response {
  readonly content?: Readonly<Record<string, Content>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response>>;
}

/** The example of a route's first success: a body, a text, or only the media type of a file. */
function exampleOf({ responses }: Operation): Example {
  // A created row rather than the one that was there already.
  const status = Object.keys(responses).findLast((code) => ['200', '201', '204'].includes(code)) ?? '';
  const [answer] = Object.entries(responses[status]?.content ?? {});
  if (!answer) return { status: Number(status) };
  const [type, { example }] = answer;
  if (type === 'application/json') return { status: Number(status), body: example };
  return { status: Number(status), type, ...(typeof example === 'string' ? { text: example } : {}) };
}

/** The examples of the contract, for tests of programs that call the service. */
export function examples(): string {
  const document = buildOpenApi('/');
  const operations = Object.values(document.paths ?? {}).flatMap((item) => Object.values(item) as Operation[]);
  const byId = new Map(operations.map((operation) => [operation.operationId, operation]));
  const table = byDomain(({ name }, key) => {
    const operation = byId.get(name.replace('.', '_'));
    if (!operation) throw new Error(`${name} is not in the document`);
    return `${key}: ${JSON.stringify(exampleOf(operation))},\n`;
  }).map(([domain, lines]) => `${domain}: {\n${lines.join('')}},\n`);
  const problems = Object.values(document.components?.responses ?? {}).map((response) => {
    const [content] = Object.values((response as Response).content ?? {});
    const { type, title, status, detail } = (content?.example ?? {}) as Partial<ExampleProblem>;
    return `${status}: ${JSON.stringify({ type, title, status, detail })},\n`;
  });
  return `${HEAD}import type { ExampleTable, ProblemTable } from '../testing/example.ts';\n
/** A successful answer of each route. */
export const EXAMPLES: ExampleTable = {\n${table.join('')}};\n
/** What the service answers with each status of an error. */
export const PROBLEMS: ProblemTable = {\n${problems.join('')}};\n`;
}
