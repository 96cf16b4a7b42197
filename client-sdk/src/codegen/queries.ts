import { contract, DOMAINS, type NamedRoute } from '@som3d/contract';
import { z } from 'zod';
import type { QueryKind } from '../query/options.ts';
import { argumentsOf } from './arguments.ts';
import { byDomain, calledBy, HEAD, kindOf, pascal, successesOf, type Route } from './route-info.ts';
import { docOf, type SchemaTypes } from './schemas.ts';

/** The gateway calls it with GET, and it stores what came. */
const WRITING_GETS: ReadonlySet<string> = new Set(['epayco.confirmByGet']);

/** What a route is to TanStack Query; `undefined` for what nobody can keep and show again: bytes, events, pages. */
function queryKind({ name, route }: NamedRoute): QueryKind | undefined {
  if (route.method !== 'GET' || WRITING_GETS.has(name)) return 'write';
  const answers = successesOf(route).map(([, declared]) => declared);
  const isHtml = answers.some((declared) =>
    (declared as { contentType?: string }).contentType?.startsWith('text/html'),
  );
  if (isHtml || answers.some((declared) => kindOf(declared) === 'binary')) return undefined;
  const fields = route.query instanceof z.ZodObject ? route.query.shape : {};
  if ('offset' in fields) return 'offset';
  return 'page' in fields ? 'page' : 'value';
}

/** The schema of a list's rows: of its array, or of the one under `jobs` or `items`. */
function rowOf({ name, route }: NamedRoute): z.ZodType {
  const body: unknown = route.responses[200];
  const list = body instanceof z.ZodObject ? (body.shape['jobs'] ?? body.shape['items']) : body;
  if (list instanceof z.ZodArray) return list.element as z.ZodType;
  throw new Error(`${name}: a list has its rows in an array, under jobs or under items`);
}

function dataOf(route: Route, types: SchemaTypes): string {
  const texts = successesOf(route).map(([, declared]) => {
    if (declared instanceof z.ZodType) return types.typeOf(declared, 'output');
    return kindOf(declared) === 'text' ? 'string' : 'undefined';
  });
  return [...new Set(texts)].join(' | ');
}

function member(named: NamedRoute, key: string, types: SchemaTypes): string {
  const kind = queryKind(named);
  if (kind === undefined) return '';
  const name = `${pascal(named.name)}Args`;
  const { text, optional } = argumentsOf(named.route, types);
  const orNone = optional ? ' | void' : '';
  const args = text === '' ? 'void' : `Call<${name}>${orNone}`;
  const doc = docOf(`${named.route.summary}\n\n${calledBy(named.route)}`);
  const type = {
    write: () => `Mutation<${name}${orNone}, ${dataOf(named.route, types)}>`,
    value: () => `Query<${args}, ${dataOf(named.route, types)}>`,
    offset: () => `ListQuery<${args}, ${types.typeOf(rowOf(named), 'output')}>`,
    page: () => `ListQuery<${args}, ${types.typeOf(rowOf(named), 'output')}>`,
  }[kind]();
  return `${doc}readonly ${key}: ${type};\n`;
}

/**
 * The types of the queries, and the table that makes them at run time.
 *
 * @param types the named types, each of which is declared already
 */
export function queries(types: SchemaTypes): string {
  const interfaces = byDomain((named, key) => member(named, key, types)).map(
    ([domain, lines]) =>
      `export interface ${pascal(domain)}Queries {\n/** The beginning of every key of this domain. */\nreadonly all: Key;\n${lines.join('')}}\n`,
  );
  const table = byDomain((named, key) => {
    const kind = queryKind(named);
    return kind === undefined ? '' : `${key}: '${kind}',\n`;
  }).map(([domain, lines]) => {
    const { shownIn } = DOMAINS[domain as keyof typeof contract];
    return `${domain}: { changes: ${JSON.stringify(shownIn)}, routes: {\n${lines.join('')}} },\n`;
  });
  const members = Object.keys(contract).map((domain) => `readonly ${domain}: ${pascal(domain)}Queries;\n`);
  const body = interfaces.join('\n');
  const names = new Set(body.match(/\b[A-Z]\w+/g));
  const used = types.names().filter((name) => names.has(name));
  const args = [...names].filter((name) => name.endsWith('Args'));
  return `${HEAD}import type { QueryTable } from '../query/options.ts';
import type { Call, Key, ListQuery, Mutation, Query } from '../query/types.ts';
import type { ${[...new Set([...args, ...used])].toSorted().join(', ')} } from './types.ts';\n
/** What each route is to TanStack Query, and which other domains show what a domain writes. */
export const QUERIES: QueryTable = {\n${table.join('')}};\n
${body}
/** The options of TanStack Query for every route. */
export interface Queries {\n/** The beginning of every key. */\nreadonly all: Key;\n${members.join('')}}\n`;
}
