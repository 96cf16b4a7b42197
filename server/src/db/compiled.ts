import type { MikroORM } from '@mikro-orm/core';
import type { Compilable, CompiledQuery, InferResult, Kysely } from 'kysely';
import { kysely, type Database } from './kysely.ts';

type Bound = string | number | Date;

/**
 * What a compiled query depends on. Texts, numbers and instants are bound, also those of an array. The others decide
 * which query it is: a flag, a value that is absent, the length of an array.
 */
type Parameter = Bound | readonly Bound[] | boolean | null | undefined;
export type Parameters<P> = { readonly [Name in keyof P]: Parameter };
type AnyParameters = Readonly<Record<string, Parameter>>;

/** Stands for a bound value while a query is compiled. */
class Placeholder {
  readonly #name: string;
  readonly #index: number | undefined;

  constructor(name: string, index?: number) {
    this.#name = name;
    this.#index = index;
  }

  in(parameters: AnyParameters): unknown {
    const value = parameters[this.#name];
    return this.#index === undefined ? value : (value as readonly Bound[])[this.#index];
  }
}

function isBound(value: Parameter): value is Bound {
  return typeof value === 'string' || typeof value === 'number' || value instanceof Date;
}

/** Which of the queries that `build` can make: the same text means the same SQL. */
function shapeOf(parameters: AnyParameters): string {
  let shape = '';
  for (const name in parameters) {
    const value = parameters[name];
    if (value === undefined) continue;
    shape += isBound(value) ? `${name};` : `${name}=${String(Array.isArray(value) ? value.length : value)};`;
  }
  return shape;
}

function standIn(name: string, value: Parameter): unknown {
  if (isBound(value)) return new Placeholder(name);
  return Array.isArray(value) ? value.map((_, index) => new Placeholder(name, index)) : value;
}

function placeholdersFor(parameters: AnyParameters): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, standIn(name, value)]));
}

/**
 * A query that is compiled once for each of its shapes, and then only bound. Building and compiling one takes as long as
 * the service's other work for a small answer, so whatever is asked with every page of a client is made like this.
 *
 * @param build makes the query of any Kysely that it gets. It sees placeholders in place of bound values: it can ask
 * whether a value is there, and passes it on as it is
 * @returns the rows; in the present transaction, when there is one
 */
export function compiled<P extends Parameters<P>, Q extends Compilable>(
  build: (db: Kysely<Database>, parameters: P) => Q,
): (orm: MikroORM, parameters: P) => Promise<InferResult<Q>> {
  const queries = new WeakMap<Kysely<Database>, Map<string, CompiledQuery>>();
  return async (orm, given) => {
    const db = kysely(orm.em);
    const parameters = given as AnyParameters;
    const known = queries.get(db) ?? new Map<string, CompiledQuery>();
    queries.set(db, known);
    const shape = shapeOf(parameters);
    const query = known.get(shape) ?? build(db, placeholdersFor(parameters) as P).compile();
    known.set(shape, query);
    const bound = query.parameters.map((value) => (value instanceof Placeholder ? value.in(parameters) : value));
    const { rows } = await db.executeQuery({ ...query, parameters: bound });
    return rows as InferResult<Q>;
  };
}
