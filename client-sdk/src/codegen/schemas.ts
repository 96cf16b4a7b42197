import { z } from 'zod';

/** The keywords of JSON Schema that zod writes for the contract. */
interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly description?: string;
}
type Direction = 'input' | 'output';

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** A comment of TypeScript; empty for no text. */
export function docOf(text: string | undefined): string {
  if (!text) return '';
  const safe = text.replaceAll('*/', '*\\/');
  return safe.includes('\n') ? `/**\n * ${safe.replaceAll('\n', '\n * ')}\n */\n` : `/** ${safe} */\n`;
}

/** A name of a property, quoted where it is no identifier. */
export function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ') || 'never';
}

/** The fields that must be there. zod takes a preprocessed field for optional, whatever its schema refuses. */
function requiredOf(schema: z.ZodObject): string[] {
  const missing = new Set(schema.safeParse({}).error?.issues.map(({ path }) => path[0]));
  return Object.keys(schema.shape).filter((name) => missing.has(name));
}

/** Writes zod schemas as types of TypeScript. A schema with an id becomes a named type. */
export class SchemaTypes {
  readonly #declared = new Map<string, string>();

  /** The type's text, e.g. `Patient[]`. */
  typeOf(schema: z.ZodType, io: Direction): string {
    const root = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        if (io === 'input' && zodSchema instanceof z.ZodObject) jsonSchema.required = requiredOf(zodSchema);
      },
    }) as JsonSchema & {
      readonly $defs?: Readonly<Record<string, JsonSchema>>;
    };
    const names = new Map(Object.entries(root.$defs ?? {}).map(([id]) => [id, id]));
    // A schema whose two directions differ has two types.
    for (const [id, definition] of Object.entries(root.$defs ?? {})) {
      const present = this.#declared.get(id);
      if (present !== undefined && present !== this.#declaration(id, definition, names)) names.set(id, `${id}Input`);
    }
    for (const [id, definition] of Object.entries(root.$defs ?? {})) {
      const name = names.get(id) ?? id;
      this.#declared.set(name, this.#declaration(name, definition, names));
    }
    return this.#text(root, names);
  }

  names(): string[] {
    return [...this.#declared.keys()];
  }

  /** All named types, in the order of their names. */
  declarations(): string {
    return [...this.#declared]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => text)
      .join('\n');
  }

  #declaration(name: string, schema: JsonSchema, names: ReadonlyMap<string, string>): string {
    const text = this.#text(schema, names);
    const doc = docOf(schema.description);
    return schema.properties ? `${doc}export interface ${name} ${text}\n` : `${doc}export type ${name} = ${text};\n`;
  }

  #text(schema: JsonSchema, names: ReadonlyMap<string, string>): string {
    if (schema.$ref) {
      const id = schema.$ref.replace('#/$defs/', '');
      return names.get(id) ?? id;
    }
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
    // Beside properties a choice only says which of them belong together.
    const choices = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf);
    if (choices) return union(choices.map((choice) => this.#text(choice, names)));
    if (schema.allOf && !schema.properties)
      return schema.allOf.map((part) => `(${this.#text(part, names)})`).join(' & ');
    const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
    if (types.length === 0) return 'unknown';
    return union(types.map((type) => PRIMITIVES[type] ?? this.#compound(type, schema, names)));
  }

  #compound(type: string, schema: JsonSchema, names: ReadonlyMap<string, string>): string {
    if (type === 'array') {
      if (schema.prefixItems) return `[${schema.prefixItems.map((item) => this.#text(item, names)).join(', ')}]`;
      return `(${schema.items ? this.#text(schema.items, names) : 'unknown'})[]`;
    }
    if (!schema.properties) {
      const key = schema.propertyNames ? this.#text(schema.propertyNames, names) : 'string';
      const { additionalProperties: value } = schema;
      return `Record<${key}, ${typeof value === 'object' ? this.#text(value, names) : 'unknown'}>`;
    }
    const lines = Object.entries(schema.properties).map(([name, property]) => {
      const value = this.#text(property, names);
      const field = schema.required?.includes(name) ? `: ${value}` : `?: ${value} | undefined`;
      return `${docOf(property.description)}${keyOf(name)}${field};\n`;
    });
    // An object that takes further fields.
    if (schema.additionalProperties && typeof schema.additionalProperties === 'object')
      lines.push('[name: string]: unknown;\n');
    return `{\n${lines.join('')}}`;
  }
}
