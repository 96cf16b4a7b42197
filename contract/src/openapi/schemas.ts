import type { oas31 } from 'openapi3-ts';
import { z } from 'zod';

export type Schema = oas31.SchemaObject | oas31.ReferenceObject;
type Direction = 'input' | 'output';

export function isSchema(value: unknown): value is z.ZodType {
  return value instanceof z.ZodType;
}

function isReference(schema: Schema): schema is oas31.ReferenceObject {
  return '$ref' in schema;
}

const UNREADABLE = String.raw`\p`;

/** `null` beside a plain schema is one more type of it: generators make a pointer of that, and a class of an `anyOf`. */
function withPlainNull(schema: oas31.SchemaObject): oas31.SchemaObject {
  const [first, second, ...more] = schema.anyOf ?? [];
  if (!first || !second || more.length > 0 || isReference(first) || isReference(second)) return schema;
  if (second.type !== 'null' || typeof first.type !== 'string' || first.enum || 'const' in first) return schema;
  const { anyOf: _, ...rest } = schema;
  return { ...first, ...rest, type: [first.type, 'null'] };
}

/** Types of which none is `null` are alternatives. */
function withAlternatives(schema: oas31.SchemaObject): oas31.SchemaObject {
  if (!Array.isArray(schema.type) || schema.type.includes('null')) return schema;
  const { type, ...rest } = schema;
  return { ...rest, anyOf: type.map((name) => ({ type: name })) };
}

/**
 * What other readers of a schema do not take, or do not need.
 *
 * - a pattern with `\p{…}` is no regular expression in Python, Go or .NET: the description says its rule
 * - the pattern of a date is longer than all else, and `format` says the same
 * - zod says of every integer that JavaScript can hold it
 */
function readable(schema: oas31.SchemaObject): oas31.SchemaObject {
  const { pattern, minimum, maximum, ...rest } = schema;
  const dated = schema.format === 'date' || schema.format === 'date-time';
  return withAlternatives(
    withPlainNull({
      ...rest,
      ...(pattern === undefined || dated || pattern.includes(UNREADABLE) ? {} : { pattern }),
      ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
      ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    }),
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What zod makes of `z.object({ it })`. */
interface Wrapped {
  readonly properties: { readonly it: Schema };
  readonly $defs?: Readonly<Record<string, oas31.SchemaObject>>;
}

/** Reads a tree of schemas back with every schema of it `readable`, the inner ones first. */
function parseReadable(json: string): Wrapped {
  return JSON.parse(json, (key: string, value: unknown) =>
    isObject(value) && key !== 'properties' && key !== '$defs' ? readable(value as oas31.SchemaObject) : value,
  ) as Wrapped;
}

/** zod leaves out `examples` and `default` of an input where anything below is preprocessed. */
function keepExamples(type: z.core.$ZodTypes, schema: oas31.SchemaObject): void {
  const { examples, default: preset } = z.globalRegistry.get(type) ?? {};
  if (examples) schema.examples = examples as unknown[];
  if (preset !== undefined) schema.default = preset;
  if (type instanceof z.ZodDefault) schema.default = type.def.defaultValue;
}

/** Collects named schemas into `components.schemas`, one for each name. */
export class Components {
  readonly schemas: Record<string, oas31.SchemaObject> = {};

  schemaOf(type: z.ZodType, io: Direction): Schema {
    // A root schema with an id becomes a bare $ref. Inside an object its definition appears too.
    const wrapped = z.toJSONSchema(z.object({ it: type }), {
      io,
      unrepresentable: 'any',
      target: 'draft-2020-12',
      override: ({ zodSchema, jsonSchema }) => {
        if (io === 'output') delete jsonSchema.additionalProperties;
        delete jsonSchema['~standard'];
        keepExamples(zodSchema, jsonSchema as oas31.SchemaObject);
      },
    });
    const renamed = parseReadable(JSON.stringify(wrapped).replaceAll('"#/$defs/', '"#/components/schemas/'));
    for (const [name, schema] of Object.entries(renamed.$defs ?? {})) {
      const { id: _id, ...rest } = schema as oas31.SchemaObject & { id?: string };
      this.schemas[name] ??= rest;
    }
    return renamed.properties.it;
  }

  resolve(schema: Schema): oas31.SchemaObject {
    if (!isReference(schema)) return schema;
    const { $ref, ...beside } = schema;
    const target = this.schemas[$ref.split('/').at(-1) ?? ''];
    if (!target) throw new Error(`${$ref} is not a schema of the document`);
    return { ...target, ...beside };
  }
}
