import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  contract,
  JobFields,
  JOB_STATUSES,
  MAX_PAGE,
  Problem,
  ROLES_OF,
  routesOf,
  statusesOf,
  type NamedRoute,
} from '@som3d/contract';
import { format } from 'oxfmt';
import { z } from 'zod';
import type { AnswerKind } from '../core/route.ts';
import { docOf, keyOf, SchemaTypes } from './schemas.ts';

/**
 * Writes the route table and the types of the client from the contract, so that neither the contract nor zod is loaded at
 * run time. With `--check` it compares and writes nothing.
 */
const OUT = path.resolve(import.meta.dirname, '../../src/generated');
const HEAD = '// Generated from the contract by `npm run generate`. Do not edit.\n';
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

type Route = NamedRoute['route'];

function kindOf(declared: unknown): AnswerKind {
  if (typeof declared === 'symbol') return 'none';
  if (declared instanceof z.ZodType) return 'json';
  const { contentType } = declared as { contentType: string };
  if (JSON_TYPE.test(contentType)) return 'json';
  // Events arrive one by one, so there is nothing to wait for.
  if (contentType === 'text/event-stream') return 'binary';
  return contentType.startsWith('text/') ? 'text' : 'binary';
}

function successesOf(route: Route): (readonly [status: string, declared: unknown])[] {
  return Object.entries(route.responses).filter(([status]) => Number(status) < 300);
}

function contentTypeOf(route: Route): string | undefined {
  return 'contentType' in route ? route.contentType : undefined;
}

function tableRow({ route }: NamedRoute): string {
  const type = contentTypeOf(route);
  return JSON.stringify({
    method: route.method,
    path: route.path,
    ...(ROLES_OF[route.metadata.access] === null ? {} : { auth: true }),
    ...(type === undefined || type === 'application/json' ? {} : { type }),
    answers: Object.fromEntries(successesOf(route).map(([status, declared]) => [status, kindOf(declared)])),
  });
}

function byDomain(line: (named: NamedRoute, key: string) => string): [domain: string, lines: string[]][] {
  return Object.keys(contract).map((domain) => [
    domain,
    routesOf(contract)
      .filter((named) => named.domain === domain)
      .map((named) => line(named, named.name.slice(domain.length + 1))),
  ]);
}

function routeTable(): string {
  const domains = byDomain((named, key) => `${key}: ${tableRow(named)},\n`);
  const body = domains.map(([domain, lines]) => `${domain}: {\n${lines.join('')}},\n`).join('');
  return `${HEAD}import type { RouteTable } from '../core/route.ts';\n
/** Every route of the service: method, path, whether a token goes with it, content type, successful statuses. */
export const ROUTES: RouteTable = {\n${body}};\n
export const JOB_STATUSES = ${JSON.stringify(JOB_STATUSES)} as const;
/** Largest page of a list, in rows. */
export const MAX_PAGE = ${MAX_PAGE};\n`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|[._])(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

/** `name?: type` where an empty object or `undefined` is valid. */
function part(name: string, type: string, optional: boolean): string {
  return `${name}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};\n`;
}

function accepts(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(value).success;
}

function bodyPart(route: Route, types: SchemaTypes): string {
  if (!('body' in route) || route.body == null) return '';
  if (contentTypeOf(route) === 'multipart/form-data') return part('body', 'FormData', false);
  if (!(route.body instanceof z.ZodType)) return '';
  const raw = contentTypeOf(route) === 'application/x-www-form-urlencoded' ? ' | URLSearchParams' : '';
  return part('body', types.typeOf(route.body, 'input') + raw, accepts(route.body, undefined));
}

function argumentsOf(route: Route, types: SchemaTypes): string {
  const { pathParams, headers } = route;
  const query = 'query' in route ? route.query : undefined;
  const fields = Object.entries((headers ?? {}) as Record<string, z.ZodType>).map(([name, type]) =>
    part(keyOf(name), types.typeOf(type, 'input'), accepts(type, undefined)),
  );
  return [
    pathParams instanceof z.ZodType ? part('params', types.typeOf(pathParams, 'input'), false) : '',
    query instanceof z.ZodType ? part('query', types.typeOf(query, 'input'), accepts(query, {})) : '',
    fields.length > 0 ? part('headers', `{\n${fields.join('')}}`, !fields.some((field) => /^[^?]+: /.test(field))) : '',
    bodyPart(route, types),
  ].join('');
}

function answerOf(route: Route, types: SchemaTypes): string {
  const bodies = new Map<string, string[]>();
  for (const [status, declared] of successesOf(route)) {
    const kind = kindOf(declared);
    const json = () => (declared instanceof z.ZodType ? types.typeOf(declared, 'output') : 'unknown');
    const body = { none: 'undefined', text: 'string', binary: 'BinaryBody', json: '' }[kind] || json();
    bodies.set(body, [...(bodies.get(body) ?? []), status]);
  }
  return [...bodies].map(([body, statuses]) => `Answer<${statuses.join(' | ')}, ${body}>`).join(' | ');
}

const ACCESS: Record<Route['metadata']['access'], string> = {
  public: 'sin sesión',
  bearer: 'cualquier sesión',
  medico: 'médicos',
  'medico+admin': 'médicos y administradores',
  admin: 'administradores',
};

function methodDoc({ route }: NamedRoute): string {
  const errors = statusesOf(route).filter((status) => status >= 400);
  return docOf(
    [
      ...[route.summary, route.description].filter((text) => text !== undefined),
      `\`${route.method} ${route.path}\`, ${ACCESS[route.metadata.access]}.`,
      `@throws ApiError ${errors.join(', ')}`,
    ].join('\n\n'),
  );
}

function clientTypes(): string {
  const types = new SchemaTypes();
  types.typeOf(JobFields, 'input');
  types.typeOf(Problem, 'output');
  const argumentTypes: string[] = [];
  // Answers first: a schema that goes both ways keeps its name for what the service sends.
  const answers = new Map(routesOf(contract).map(({ name, route }) => [name, answerOf(route, types)]));
  const domains = byDomain((named, key) => {
    const name = `${pascal(named.name)}Args`;
    const text = argumentsOf(named.route, types);
    argumentTypes.push(
      `${docOf(`Arguments of \`${named.name}\`.`)}export interface ${name} extends CallOptions {\n${text}}\n`,
    );
    const optional = /^(?:params|query|headers|body): /m.test(text.replace(/\{[^{}]*\}/g, '{}')) ? '' : '?';
    return `${methodDoc(named)}readonly ${key}: (args${optional}: ${name}) => Promise<${answers.get(named.name) ?? 'never'}>;\n`;
  });
  const interfaces = domains.map(
    ([domain, lines]) => `export interface ${pascal(domain)}Routes {\n${lines.join('')}}\n`,
  );
  const members = domains.map(([domain]) => `readonly ${domain}: ${pascal(domain)}Routes;\n`).join('');
  return `${HEAD}import type { BinaryBody } from '../core/binary.ts';
import type { Answer, CallOptions } from '../core/types.ts';\n
${types.declarations()}
${argumentTypes.join('\n')}\n${interfaces.join('\n')}
/** The typed client of the whole contract. */\nexport interface Client {\n${members}}\n`;
}

const options = { printWidth: 120, singleQuote: true };
const check = process.argv.includes('--check');
for (const [name, source] of [
  ['routes.ts', routeTable()],
  ['types.ts', clientTypes()],
] as const) {
  const { code } = await format(name, source, options);
  const file = path.join(OUT, name);
  if (!check) await writeFile(file, code);
  else if ((await readFile(file, 'utf8')) !== code) {
    process.stderr.write(`client-sdk/src/generated/${name} differs from the contract: run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}
