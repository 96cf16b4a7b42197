import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  JobFields,
  JOB_STATUSES,
  MAX_PAGE,
  Problem,
  ROLES_OF,
  routesOf,
  contract,
  statusesOf,
  type NamedRoute,
} from '@som3d/contract';
import { format } from 'oxfmt';
import { z } from 'zod';
import { argumentsOf } from './arguments.ts';
import { examples } from './examples.ts';
import { queries } from './queries.ts';
import { byDomain, calledBy, contentTypeOf, HEAD, kindOf, pascal, successesOf, type Route } from './route-info.ts';
import { docOf, SchemaTypes } from './schemas.ts';

/**
 * Writes the route table and the types of the client from the contract, so that neither the contract nor zod is loaded at
 * run time. With `--check` it compares and writes nothing.
 */
const OUT = path.resolve(import.meta.dirname, '../../src/generated');
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

function methodDoc({ route }: NamedRoute): string {
  const errors = statusesOf(route).filter((status) => status >= 400);
  return docOf(
    [
      ...[route.summary, route.description].filter((text) => text !== undefined),
      calledBy(route),
      `@throws ApiError ${errors.join(', ')}`,
    ].join('\n\n'),
  );
}

function clientTypes(types: SchemaTypes): string {
  types.typeOf(JobFields, 'input');
  types.typeOf(Problem, 'output');
  const argumentTypes: string[] = [];
  // Answers first: a schema that goes both ways keeps its name for what the service sends.
  const answers = new Map(routesOf(contract).map(({ name, route }) => [name, answerOf(route, types)]));
  const domains = byDomain((named, key) => {
    const name = `${pascal(named.name)}Args`;
    const { text, optional } = argumentsOf(named.route, types);
    argumentTypes.push(
      `${docOf(`Arguments of \`${named.name}\`.`)}export interface ${name} extends CallOptions {\n${text}}\n`,
    );
    return `${methodDoc(named)}readonly ${key}: (args${optional ? '?' : ''}: ${name}) => Promise<${answers.get(named.name) ?? 'never'}>;\n`;
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

const types = new SchemaTypes();
const options = { printWidth: 120, singleQuote: true };
const check = process.argv.includes('--check');
for (const [name, source] of [
  ['routes.ts', routeTable()],
  ['types.ts', clientTypes(types)],
  ['queries.ts', queries(types)],
  ['examples.ts', examples()],
] as const) {
  const { code } = await format(name, source, options);
  const file = path.join(OUT, name);
  if (!check) await writeFile(file, code);
  else if ((await readFile(file, 'utf8')) !== code) {
    process.stderr.write(`client-sdk/src/generated/${name} differs from the contract: run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}
