import { z } from 'zod';

export { Flag } from './from-text.ts';

/**
 * Scalars of the wire: the same rule wherever a field appears. Each value is normalised first and then validated;
 * a value that normalises to nothing counts as absent.
 */
type Normalise = (value: string) => string;

const collapse: Normalise = (value) => value.trim().replace(/\s+/gu, ' ');
const nfc: Normalise = (value) => collapse(value.normalize('NFC'));
const strip: Normalise = (value) => collapse(value.replace(/[<>]|[\p{Cc}\p{Cf}]/gu, ' '));
const upper: Normalise = (value) => value.trim().toUpperCase();
function keep(allowed: RegExp): Normalise {
  return (value) => upper(value).replace(allowed, '');
}
/** The plus counts wherever it stands before the first digit: `(+57) 300…`. */
const phone: Normalise = (value) => (/^\D*\+/.test(value) ? '+' : '') + value.replace(/\D/g, '');

interface Scalar {
  /** The field must be there. */
  readonly required: z.ZodType<string, string>;
  /** At creation: absent, `null` and blank all mean "nothing". */
  readonly optional: z.ZodOptional<z.ZodType<string | null | undefined, string | null | undefined>>;
  /** In a partial update: an absent field stays as it is, `null` and blank clear it. */
  readonly clearable: z.ZodOptional<z.ZodType<string | null | undefined, string | null | undefined>>;
  /** In a partial update of a field that cannot be empty: an absent field stays as it is, `null` and blank are refused. */
  readonly patch: z.ZodOptional<z.ZodType<string | undefined, string | undefined>>;
}

/** Text that a caller sends as a number, such as a document or a telephone. */
function asText<T>(value: T): T {
  return (typeof value === 'number' ? String(value) : value) as T;
}

/** What the reference shows of a field, in Spanish; the rule of a pattern stands in its description. */
interface Shown {
  readonly description: string;
  readonly examples: string[];
  readonly format?: string;
}

function scalar(normalise: Normalise, rules: (text: z.ZodString) => z.ZodString, shown: Shown): Scalar {
  const text = rules(z.string().overwrite(normalise)).meta({ ...shown });
  const isNothing = (value: unknown) => typeof value === 'string' && normalise(value) === '';
  type Nullish = string | null | undefined;
  const blankAs = (nothing: null | undefined) =>
    z.preprocess((value: Nullish): Nullish => (isNothing(value) ? nothing : asText(value)), text.nullish());
  return {
    required: z.preprocess((value: string): string => asText(value), text),
    // Optional inside, for a value that the preprocessing empties, and outside, for an absent key.
    optional: blankAs(undefined).optional(),
    clearable: blankAs(null).optional(),
    patch: z.preprocess((value: string | undefined) => asText(value), text.optional()).optional(),
  };
}

const LATIN_NAME = /^[\p{Script=Latin}\p{M}'’. -]+$/u;
const HOSPITAL_NAME = /^[\p{Script=Latin}\p{M}\p{Nd}'’. -]+$/u;

function nameOfPerson(example: string) {
  return scalar(
    nfc,
    (text) =>
      text.min(2).max(100).regex(LATIN_NAME, { error: 'Solo se admiten letras, apóstrofo, guion, punto y espacio' }),
    { description: 'Letras, apóstrofo, guion, punto y espacio; de 2 a 100', examples: [example] },
  );
}
/** Name of a person: letters of any Latin alphabet, apostrophe, hyphen, dot and space; 2 to 100. */
export const personName = nameOfPerson('María');
/** The same rule. */
export const surname = nameOfPerson('Gómez Rojas');
/** Name of a hospital: like a person's, and digits; 2 to 120. */
/** What a list of people is searched by. */
export const personSearch = z
  .string()
  .trim()
  .max(100)
  .meta({ description: 'En nombre, apellido o correo', examples: ['gómez'] });

export const hospitalName = scalar(
  nfc,
  (text) =>
    text
      .min(2)
      .max(120)
      .regex(HOSPITAL_NAME, { error: 'Solo se admiten letras, números, apóstrofo, guion, punto y espacio' }),
  { description: 'Letras, números, apóstrofo, guion, punto y espacio; de 2 a 120', examples: ['Hospital San Ignacio'] },
);

// One @, nothing blank or invisible, a domain with a dot: `.local` and new top-level domains must pass.
const EMAIL = /^[^\s\p{C}@<>()[\]\\,;:"]+@[^\s\p{C}@<>()[\]\\,;:".]+(\.[^\s\p{C}@<>()[\]\\,;:".]+)+$/u;
function email(max: number, example: string) {
  return scalar(
    (value) => value.normalize('NFC').trim().toLowerCase(),
    (text) => text.max(max).regex(EMAIL, { error: 'No es un correo electrónico válido' }),
    { description: 'Correo electrónico; no distingue mayúsculas', examples: [example], format: 'idn-email' },
  );
}
export const correo = email(100, 'maria.gomez@example.com');
export const correoPaciente = email(120, 'paciente@example.com');

export const telefono = scalar(
  phone,
  (text) =>
    text
      .min(7)
      .max(15)
      .regex(/^\+?\d+$/, { error: 'Solo se admiten dígitos y un + inicial' }),
  { description: 'De 7 a 15 dígitos, con un + inicial si lo hay; lo demás se quita', examples: ['+573001234567'] },
);
/** Commas and brackets go, as the predecessor's rows have it: "Bogotá, D.C." is "Bogotá D.C.". */
const plainCity: Normalise = (value) => nfc(value.replace(/[,()[\]/]/g, ' '));
function city(max: number) {
  return scalar(
    plainCity,
    (text) =>
      text
        .min(2)
        .max(max)
        .regex(/^[\p{L}\p{M}\p{Nd}'’. -]+$/u, {
          error: 'Solo se admiten letras, números, apóstrofo, punto, guion y espacio',
        }),
    { description: `Letras, números, apóstrofo, punto, guion y espacio; de 2 a ${max}`, examples: ['Bogotá'] },
  );
}
export const ciudad = city(100);
/** The patients' column is narrower than the users'. */
export const ciudadPaciente = city(80);

/** Free text of one line: control characters and angle brackets become spaces. */
export function freeText(max: number, min = 1, example = 'Calle 45 # 12-30') {
  const description = `Texto de una línea; de ${min} a ${max} caracteres`;
  return scalar(strip, (text) => text.min(min).max(max), { description, examples: [example] });
}

// A bracket opens a tag only before a letter, "/", "!" or "?". The others are comparisons, as in "lesión < 5 mm".
const TAG = /<(?=[a-z/!?])([^<>]*)>?/gi;
const lines: Normalise = (value) =>
  value
    .replace(/\r\n?/g, '\n')
    .replace(TAG, ' $1 ')
    .replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, ' ')
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();

/**
 * Clinical text of several lines. Line breaks and comparison signs stay, because their loss would change the meaning of a
 * note. The brackets of tags and control characters become spaces.
 */
export function clinicalText(max: number, min = 1, example = 'Control a los tres meses, sin dolor.') {
  const description = `Texto de varias líneas; de ${min} a ${max} caracteres`;
  return scalar(lines, (text) => text.min(min).max(max), { description, examples: [example] });
}

/** The region of the body that a note is about, e.g. `RODILLA`. */
export const segmento = scalar(
  (value) => strip(value).toUpperCase(),
  (text) => text.min(1).max(60),
  { description: 'Región del cuerpo, en mayúsculas', examples: ['RODILLA'] },
);

type NullishText = string | null | undefined;
function blankText(nothing: null | undefined) {
  return (value: NullishText): NullishText => (typeof value === 'string' && value.trim() === '' ? nothing : value);
}

const utf8 = new TextEncoder();
/** Whether a text is a JSON document that can be stored and given back as it is. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return text.isWellFormed();
  } catch {
    return false;
  }
}

export const NO_JSON = 'No es JSON válido';

/**
 * A JSON document, kept as the text that was sent.
 *
 * @param maxBytes of its UTF-8 form
 * @param blank what an empty text stands for; without it an empty text is no JSON
 * @param example what the reference shows
 */
export function jsonText(maxBytes: number, blank = '', example = blank) {
  const shown = {
    description: `JSON como texto, ${maxBytes} bytes como máximo; se devuelve tal como se envió`,
    contentMediaType: 'application/json',
    examples: [example],
  };
  const sized = z
    .string()
    .overwrite((text) => (text.trim() === '' ? blank : text))
    .refine((text) => utf8.encode(text).length <= maxBytes, {
      error: `No debe pasar de ${maxBytes} bytes`,
      abort: true,
    });
  const json = sized.refine(isJson, { error: NO_JSON });
  return {
    required: json.meta(shown),
    /** At creation: absent, `null` and blank all mean "nothing". */
    optional: z.preprocess(blankText(undefined), json.nullish()).optional().meta(shown),
    /**
     * In a partial update. The predecessor stored any text, and a frontend sends back what it has: the server takes what
     * is no JSON only where it is the stored text, see `requireJson`.
     */
    patch: sized.optional().meta(shown),
    /** The same, where `null` and blank clear the field. */
    clearable: z.preprocess(blankText(null), sized.nullish()).optional().meta(shown),
  };
}

export const codigoHospital = scalar(keep(/[^A-Z0-9-]/g), (text) => text.min(1).max(12), {
  description: 'Código de un hospital: letras A-Z, números y guion; de 1 a 12',
  examples: ['HSI-2026'],
});
export const docTipo = scalar(
  keep(/[^A-Z0-9-]/g),
  (text) =>
    text
      .min(1)
      .max(20)
      .regex(/^[A-Z0-9-]+$/, { error: 'Solo se admiten letras A-Z, números y guion' }),
  { description: 'Tipo de documento: letras A-Z, números y guion', examples: ['CC'] },
);
export const docNumero = scalar(keep(/[^A-Z0-9-]/g), (text) => text.min(4).max(24), {
  description: 'Número de documento, de 4 a 24; los signos se quitan',
  examples: ['1032456789'],
});
export const sexo = scalar(upper, (text) => text.regex(/^[MFO]$/, { error: 'Debe ser M, F u O' }), {
  description: 'M, F u O',
  examples: ['F'],
});
export const planNombre = scalar(
  collapse,
  (text) =>
    text
      .min(2)
      .max(80)
      .regex(/^[\p{L}\p{M}\p{Nd}()_. -]+$/u, { error: 'Solo se admiten letras, números y ( ) _ - .' }),
  { description: 'Letras, números y ( ) _ - .; de 2 a 80', examples: ['Plan mensual'] },
);
/** A password is not normalised. */
export const password = z
  .string()
  .min(8)
  .max(128)
  .meta({ description: 'De 8 a 128 caracteres', examples: ['Sierra-Nevada-2026'], format: 'password' });

/** An instant in an answer: ISO 8601 in UTC with `Z`. */
export const Instant = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'Instante ISO 8601 en UTC', examples: ['2026-03-02T15:04:05.000Z'] });

const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(?:([Zz])|([+-]\d\d):?(\d\d))?$/;

/**
 * Turns the forms that callers send into RFC 3339: a day is its first instant in UTC, a blank stands for the `T`, seconds
 * and the colon of a zone can be absent, and no zone is UTC. Text that is no instant stays as it is.
 */
const toUtc: Normalise = (value) => {
  const text = value.trim();
  if (DAY.test(text)) return `${text}T00:00:00Z`;
  const match = MOMENT.exec(text);
  if (!match) return text;
  const [, day, minutes, seconds = ':00', , hours, rest] = match;
  return `${day}T${minutes}${seconds}${hours === undefined ? 'Z' : `${hours}:${rest}`}`;
};

const instantText = z
  .string()
  .overwrite(toUtc)
  .pipe(z.iso.datetime({ offset: true, error: 'Debe ser una fecha ISO 8601' }))
  .refine((text) => /^(19|20|21)/.test(text), { error: 'La fecha está fuera de rango' });
const INSTANT_META = {
  examples: ['2026-03-02T10:30:00-05:00'],
  description:
    'Instante ISO 8601: un día (AAAA-MM-DD, su primer instante UTC) o día y hora, con T o un espacio, con o sin segundos y zona; sin zona es UTC',
};

/** An instant as it comes in; from 1900 to 2199. One rule wherever an instant is taken. */
export const instant = {
  required: instantText.meta(INSTANT_META),
  /** At creation and in a query: absent, `null` and blank mean "nothing". */
  optional: z.preprocess(blankText(undefined), instantText.nullish()).optional().meta(INSTANT_META),
  /** In a partial update: an absent field stays as it is, `null` and blank clear it. */
  clearable: z.preprocess(blankText(null), instantText.nullish()).optional().meta(INSTANT_META),
  /** In a partial update of what cannot be empty. */
  patch: instantText.optional().meta(INSTANT_META),
};

/** A day that a caller sends as an instant is that day: `toISOString` gives midnight. */
const toDay: Normalise = (value) =>
  value.trim().replace(/^(\d{4}-\d\d-\d\d)[Tt ]00:00(:00(\.0+)?)?([Zz]|[+-]\d\d:?\d\d)?$/, '$1');
const birthDate = z
  .string()
  .overwrite(toDay)
  .pipe(z.iso.date({ error: 'Debe ser una fecha AAAA-MM-DD' }))
  .refine((date) => date >= '1900-01-01' && date <= new Date().toISOString().slice(0, 10), {
    error: 'La fecha de nacimiento no puede ser futura ni anterior a 1900',
  });

const BIRTH_DATE_META = { format: 'date', description: 'AAAA-MM-DD, entre 1900 y hoy', examples: ['1985-07-21'] };

/** `YYYY-MM-DD`, between 1900 and today (UTC). */
export const fechaNacimiento = {
  optional: z.preprocess(blankText(undefined), birthDate.nullish()).optional().meta(BIRTH_DATE_META),
  clearable: z.preprocess(blankText(null), birthDate.nullish()).optional().meta(BIRTH_DATE_META),
};
