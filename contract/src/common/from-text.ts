import { z } from 'zod';

/**
 * A value of a path, a query or a form comes as text, one of a JSON body as what it is: these schemas take both. Their
 * type is what a client sends (a number, not its digits); what arrives may be anything, so `read` takes unknown. It leaves
 * what it cannot read as it is, for the schema to refuse.
 */
function sentAs<T extends z.ZodType>(read: (sent: unknown) => unknown, schema: T) {
  return z.preprocess<unknown, T, z.input<T>>(read, schema);
}

const NUMBER = /^-?\d{1,15}(\.\d{1,9})?$/;

function readNumber(sent: unknown): unknown {
  return typeof sent === 'string' && NUMBER.test(sent.trim()) ? Number(sent) : sent;
}

/** A number, or its text. */
export function numeric<T extends z.ZodType<number, number | undefined>>(schema: T) {
  return sentAs(readNumber, schema);
}

function isBlank(sent: unknown): boolean {
  return typeof sent === 'string' && sent.trim() === '';
}

/** A number of a form, where a field that was left empty counts as absent. */
export function numericField<T extends z.ZodType<number, number>>(schema: T) {
  return sentAs((sent) => (isBlank(sent) ? undefined : readNumber(sent)), schema.optional());
}

/** A number of a JSON body that forms fill: an empty text counts as null. */
export function numericOrNull<T extends z.ZodType<number, number>>(schema: T) {
  // Optional outside too, for an absent key.
  return sentAs((sent) => (isBlank(sent) ? null : readNumber(sent)), schema.nullish()).optional();
}

/**
 * One of some words, in any case and with blanks around it.
 *
 * @param aliases other words, in lower case, that count as one of them
 */
export function choice<const T extends readonly [string, ...string[]]>(
  words: T,
  aliases: Readonly<Record<string, T[number]>> = {},
): z.ZodType<T[number], T[number]> {
  const known = new Map<unknown, string>([
    ...words.map((word) => [word.toLowerCase(), word] as const),
    ...Object.entries(aliases),
  ]);
  const read = (sent: unknown): unknown =>
    (typeof sent === 'string' ? known.get(sent.trim().toLowerCase()) : undefined) ?? sent;
  return z.preprocess<unknown, z.ZodType<T[number], T[number]>, T[number]>(read, z.literal([...words]));
}

const EVERYTHING = new Set<unknown>(['todos', 'todas', 'all']);

function readFilter(sent: unknown): unknown {
  return typeof sent === 'string' && EVERYTHING.has(sent.trim().toLowerCase()) ? undefined : sent;
}

/** The filter of a list by one of some words, where `todos` is the same as no filter. */
export function filter<const T extends readonly [string, ...string[]]>(
  words: T,
  aliases: Readonly<Record<string, T[number]>> = {},
) {
  return sentAs(readFilter, choice(words, aliases).optional())
    .optional()
    .meta({ description: `${words.join(', ')}; todos es sin filtro`, examples: [words[0]] });
}

/** An integer, or its text, that is brought into a range. */
export function clamped(min: number, max: number) {
  return numeric(z.int().overwrite((value) => Math.min(max, Math.max(min, value))));
}

const FLAGS = new Map<unknown, boolean>([
  ...['true', '1', 'on', 'yes', 'si', 'sí'].map((word) => [word, true] as const),
  ...['false', '0', 'off', 'no', ''].map((word) => [word, false] as const),
]);

/** A boolean, or one as text or number: `true`, `1`, `on`, `yes`, `si` and their opposites. */
export const Flag = sentAs((sent) => {
  const isWord = typeof sent === 'string' || typeof sent === 'number';
  return (isWord ? FLAGS.get(String(sent).trim().toLowerCase()) : undefined) ?? sent;
}, z.boolean());
