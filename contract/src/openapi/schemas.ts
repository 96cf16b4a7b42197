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

/** `null` beside a plain schema is a type of its own: generators make a pointer of it, and a class of an `anyOf`. */
function plainNullable(schema: oas31.SchemaObject): void {
  const [first, second, ...more] = schema.anyOf ?? [];
  if (!first || !second || more.length > 0 || isReference(first) || isReference(second)) return;
  if (second.type !== 'null' || typeof first.type !== 'string' || first.enum || 'const' in first) return;
  delete schema.anyOf;
  Object.assign(schema, { ...first, ...schema, type: [first.type, 'null'] });
}

function isFormatOf(schema: oas31.SchemaObject, ...formats: string[]): boolean {
  return schema.format !== undefined && formats.includes(schema.format);
}

/**
 * What zod leaves out or other readers of a document do not take.
 *
 * - zod drops `examples` and `default` of an input where anything below is preprocessed
 * - a pattern with `\p{…}` is no regular expression in Python, Go or .NET: the description says its rule
 * - the pattern of a date is longer than all else, and `format` says the same
 */
function mend(type: z.core.$ZodTypes, schema: oas31.SchemaObject): void {
  const { examples, default: preset } = z.globalRegistry.get(type) ?? {};
  if (examples) schema.examples = examples as unknown[];
  if (preset !== undefined) schema.default = preset;
  const { def } = type._zod;
  if (def.type === 'default') schema.default = def.defaultValue;
  if (schema.pattern?.includes(String.raw`\p`) || isFormatOf(schema, 'date', 'date-time')) delete schema.pattern;
  plainNullable(schema);
  if (Array.isArray(schema.type) && schema.type.filter((name) => name !== 'null').length > 1) {
    schema.anyOf = schema.type.map((name) => ({ type: name }));
    delete schema.type;
  }
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
        mend(zodSchema, jsonSchema as oas31.SchemaObject);
      },
    }) as unknown as { properties: { it: Schema }; $defs?: Record<string, oas31.SchemaObject> };
    const renamed = JSON.parse(
      JSON.stringify(wrapped).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as typeof wrapped;
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
