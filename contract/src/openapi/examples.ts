import type { oas31 } from 'openapi3-ts';
import type { Components, Schema } from './schemas.ts';

const OF_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-03-02T15:04:05.000Z',
  date: '1985-07-21',
};

function hasExample({ examples, default: preset }: oas31.SchemaObject): boolean {
  return examples !== undefined || preset !== undefined;
}

function exampleOfText({ format = '', pattern, description }: oas31.SchemaObject): string {
  const example = OF_FORMAT[format];
  if (example === undefined) throw new Error(`a text has no example: ${description ?? pattern ?? 'a plain text'}`);
  return example;
}

/**
 * An example of each schema: its own, else one that is put together from the examples of its parts.
 *
 * - an answer has every field
 * - a body has the required fields, and the optional ones that name an example: an invented key would be refused
 */
export class Examples {
  readonly #components: Components;
  readonly #everyField: boolean;

  constructor(components: Components, io: 'input' | 'output') {
    this.#components = components;
    this.#everyField = io === 'output';
  }

  of(reference: Schema): unknown {
    const schema = this.#components.resolve(reference);
    if (schema.examples) return schema.examples[0];
    if (schema.default !== undefined) return schema.default;
    if ('const' in schema) return schema.const;
    if (schema.enum) return schema.enum[0];
    const branch = (schema.anyOf ?? schema.oneOf)?.[0];
    if (branch && !schema.properties) return this.of(branch);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => this.of(part)));
    return this.#ofType(schema);
  }

  #ofType(schema: oas31.SchemaObject): unknown {
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    if (type === 'object') return this.#ofObject(schema);
    if (type === 'array') {
      const { items = {}, minItems = 1 } = schema;
      return Array.from({ length: minItems }, () => this.of(items));
    }
    if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
    if (type === 'boolean') return true;
    return type === 'string' ? exampleOfText(schema) : null;
  }

  #ofObject({ properties = {}, required = [] }: oas31.SchemaObject): Record<string, unknown> {
    const fields = Object.entries(properties).filter(
      ([name, field]) => this.#everyField || required.includes(name) || hasExample(this.#components.resolve(field)),
    );
    return Object.fromEntries(fields.map(([name, field]) => [name, this.of(field)]));
  }
}
