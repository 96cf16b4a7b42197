import * as fc from 'fast-check';
import { z } from 'zod';

/** A key of the database that is known only when the request is sent: of a row of this user, of this kind. */
export interface Ref {
  readonly $ref: RefKind;
  readonly owner: Owner;
}
export const OWNERS = ['alfa', 'beta', 'gamma'] as const;
export type Owner = (typeof OWNERS)[number];
export type RefKind =
  | 'user'
  | 'address'
  | 'doctor'
  | 'session'
  | 'patient'
  | 'note'
  | 'study'
  | 'state'
  | 'job'
  | 'result'
  | 'message'
  | 'checkout'
  | 'event'
  | 'invoice'
  | 'subscription'
  | 'plan'
  | 'hospital'
  | 'code';

export function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

/** What a field of a body or a query refers to, by its name. */
const REFS: Readonly<Record<string, RefKind>> = {
  id_paciente: 'patient',
  paciente_id: 'patient',
  id_jobstl: 'result',
  job_id: 'job',
  id_medico: 'doctor',
  id_hospital: 'hospital',
  hospital_id: 'hospital',
  plan_id: 'plan',
  id_plan: 'plan',
  id_suscripcion: 'subscription',
  asignado_admin_id_usuario: 'user',
  entity_id: 'patient',
  actor: 'user',
  codigo: 'code',
  correo: 'address',
  invoice: 'invoice',
  x_id_invoice: 'invoice',
};

/** Values that a field's rule accepts and that its schema alone does not give. */
const EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  correo: ['alguien@ejemplo.co', 'Ñandú@ejemplo.co', 'a@b.co'],
  doc_numero: ['1020304050', 'AB-12345', null],
  fecha_estudio: ['2026-01-01', '2026-01-01T10:00:00Z'],
  fecha_inicio: ['2026-01-01T10:00:00Z'],
  fecha_expiracion: ['2027-01-01T10:00:00Z', null],
  password_actual: ['correct horse battery'],
  from: ['2026-01-01', '2026-01-01T10:00:00Z'],
  to: ['2027-01-01'],
  token: ['x', 'a.b.c'],
  code: ['123456', '000000'],
  password: ['correct horse battery', 'una clave bastante larga', 'otra-Clave-99!'],
  new_password: ['una clave bastante larga'],
  fecha_nacimiento: ['1980-01-01', '1980-01-01T00:00:00.000Z', null],
  ui_json: ['{}', '{"a":[1,2]}'],
  modelos_json: ['[]'],
  notas_json: ['[]'],
  i18n_json: ['{}'],
  anchor_json: ['{"x":1}', null],
  x_cod_response: ['1', '2', '3', '6', 1],
  x_amount: ['100000', '1e3', '-5', 'NaN'],
};

/** Texts that break what takes them for a number, a path, a query, HTML, or well-formed Unicode. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e',
  '%',
  '%00',
  '../../etc/passwd',
  "' or 1=1 -- ",
  '<script>alert(1)</script>',
  '${7*7}',
  '💥'.repeat(40),
  'é'.normalize('NFD').repeat(30),
  'x'.repeat(3000),
  '1e400',
  '-0',
  '9007199254740993',
  'null',
  '__proto__',
  '\r\nset-cookie: a=b',
];

/** Texts of any kind, hostile ones among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ maxLength: 60, unit: 'binary' }),
  fc.string({ maxLength: 20 }),
);

/** What no schema expects. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  fc.constantFrom(null, true, false, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e308, [], {}, [[]], [null]),
  fc.constant({ ['__proto__']: { admin: true }, constructor: 1, toString: 'x' }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Accounts are removed and suspended by their key: mostly that of `gamma`, whom no request needs. */
const ACCOUNTS: readonly Owner[] = ['alfa', 'beta', ...Array.from({ length: 10 }, () => 'gamma' as const)];

function reference(kind: RefKind): fc.Arbitrary<Ref> {
  const owners = kind === 'user' || kind === 'doctor' ? ACCOUNTS : OWNERS;
  return fc.constantFrom(...owners).map((owner) => ({ $ref: kind, owner }));
}

/** A key of a row, of whoever it is. */
export function key(kind: RefKind): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: reference(kind), weight: 8 }, { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 1 });
}

interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

const LETTERS = ['a', 'b', 'c', 'z', 'ñ', 'á', 'É'];

/** Letters alone: a name, a city and a text are made of them. */
function lettersOf({ minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  const least = Math.max(1, minLength);
  return fc
    .array(fc.constantFrom(...LETTERS), { minLength: least, maxLength: Math.max(least, Math.min(maxLength, 30)) })
    .map((all) => all.join(''));
}

/** fast-check lists every character of a class: `\p{L}` and `[^@]` take seconds and a gigabyte. */
const LARGE_CLASS = /\\p\{|\[\^/;

/** Texts of a pattern whose classes are small, else letters. */
function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  const letters = lettersOf(schema);
  if (schema.pattern === undefined) {
    return fc.oneof({ arbitrary: letters, weight: 4 }, { arbitrary: anyText, weight: 1 });
  }
  return LARGE_CLASS.test(schema.pattern) ? letters : fc.stringMatching(new RegExp(schema.pattern, 'u'));
}

/** Arbitraries of one JSON Schema, which has its named parts in `$defs`. */
class Inputs {
  readonly #defs: Readonly<Record<string, JsonSchema>>;

  constructor({ $defs = {} }: JsonSchema) {
    this.#defs = $defs;
  }

  valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) return this.valueOf(this.#defs[schema.$ref.replace('#/$defs/', '')] ?? {});
    const options = schema.anyOf ?? schema.oneOf;
    if (options) return fc.oneof(...options.map((option) => this.valueOf(option)));
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const types = [schema.type ?? 'unknown'].flat();
    return fc.oneof(...types.map((type) => this.#typedOf(type, schema)));
  }

  #typedOf(type: string, schema: JsonSchema): fc.Arbitrary<unknown> {
    const { minimum: min = -1000, maximum: max = 1_000_000 } = schema;
    const whole = { min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) };
    switch (type) {
      case 'string':
        return textOf(schema);
      case 'integer':
        return fc.oneof(fc.integer(whole), fc.constantFrom(whole.min, whole.max));
      case 'number':
        return fc.double({ min, max, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(schema.items ? this.valueOf(schema.items) : anyValue, { maxLength: 4 });
      case 'object':
        return this.#objectOf(schema);
      default:
        return anyValue;
    }
  }

  #objectOf({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<Record<string, unknown>> {
    const fields = Object.entries(properties).map(([name, field]) => [name, this.#fieldOf(name, field)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: required as never[] }) as fc.Arbitrary<
      Record<string, unknown>
    >;
  }

  #fieldOf(name: string, schema: JsonSchema): fc.Arbitrary<unknown> {
    const [ref, examples] = [REFS[name], EXAMPLES[name]];
    return fc.oneof(
      { arbitrary: this.valueOf(schema), weight: examples === undefined ? 4 : 1 },
      ...(ref === undefined ? [] : [{ arbitrary: reference(ref), weight: 8 }]),
      ...(examples === undefined ? [] : [{ arbitrary: fc.constantFrom(...examples), weight: 8 }]),
    );
  }
}

/** Values that a schema of the contract takes, most of them valid. */
export function inputOf(type: z.ZodType): fc.Arbitrary<unknown> {
  const schema = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as unknown as JsonSchema;
  return new Inputs(schema).valueOf(schema);
}

/** An object with one thing about it changed: a field of another type, one too many, one that is gone. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || isRef(value)) return anyValue;
  const fields = Object.entries(value);
  const spoilt = fields.map(([name]) => anyValue.map((bad) => ({ ...value, [name]: bad })));
  const without = fields.map(([name]) => fc.constant(Object.fromEntries(fields.filter(([other]) => other !== name))));
  const more = fc.tuple(anyText, anyValue).map(([name, extra]) => Object.fromEntries([...fields, [name, extra]]));
  return fc.oneof(more, anyValue, ...spoilt, ...spoilt, ...without);
}
