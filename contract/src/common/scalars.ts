import { z } from 'zod';

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
const phone: Normalise = (value) => (value.trim().startsWith('+') ? '+' : '') + value.replace(/\D/g, '');

interface Scalar {
  /** The field must be there. */
  readonly required: z.ZodType<string, string>;
  /** Absent and `null` both mean "nothing". */
  readonly optional: z.ZodOptional<z.ZodType<string | null | undefined, string | null | undefined>>;
  /** In a partial update: absent leaves alone, `null` is refused. */
  readonly patch: z.ZodOptional<z.ZodType<string | undefined, string | undefined>>;
}

function scalar(normalise: Normalise, rules: (text: z.ZodString) => z.ZodString): Scalar {
  const required = rules(z.string().overwrite(normalise));
  const isNothing = (value: unknown) => typeof value === 'string' && normalise(value) === '';
  // Optional inside, for what the preprocessing empties, and outside, for the key that is not there.
  const orNothing = <T extends string | null | undefined>(schema: z.ZodType<T, T>) =>
    z.preprocess((value: T) => (isNothing(value) ? undefined : value), schema).optional();
  return { required, optional: orNothing(required.nullish()), patch: orNothing(required.optional()) };
}

const LATIN_NAME = /^[\p{Script=Latin}\p{M}'’. -]+$/u;
const HOSPITAL_NAME = /^[\p{Script=Latin}\p{M}\p{Nd}'’. -]+$/u;

/** Name of a person: letters of any Latin alphabet, apostrophe, hyphen, dot and space; 2 to 100. */
export const personName = scalar(nfc, (text) =>
  text.min(2).max(100).regex(LATIN_NAME, { error: 'Solo se admiten letras, apóstrofo, guion, punto y espacio' }),
);
/** Name of a hospital: as a person's, and digits; 2 to 120. */
export const hospitalName = scalar(nfc, (text) =>
  text
    .min(2)
    .max(120)
    .regex(HOSPITAL_NAME, { error: 'Solo se admiten letras, números, apóstrofo, guion, punto y espacio' }),
);

// One @, no spaces, a domain with a dot: `.local` and new top-level domains pass, as they must.
const EMAIL = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:".]+(\.[^\s@<>()[\]\\,;:".]+)+$/u;
function email(max: number) {
  return scalar(
    (value) => value.trim().toLowerCase(),
    (text) => text.max(max).regex(EMAIL, { error: 'No es un correo electrónico válido' }),
  );
}
export const correo = email(100);
export const correoPaciente = email(120);

export const telefono = scalar(phone, (text) =>
  text
    .min(7)
    .max(15)
    .regex(/^\+?\d+$/, { error: 'Solo se admiten dígitos y un + inicial' }),
);
function city(max: number) {
  return scalar(nfc, (text) =>
    text
      .min(2)
      .max(max)
      .regex(/^[\p{L}\p{M}\p{Nd}'’. -]+$/u, {
        error: 'Solo se admiten letras, números, apóstrofo, punto, guion y espacio',
      }),
  );
}
export const ciudad = city(100);
/** The patients' column is narrower than the users'. */
export const ciudadPaciente = city(80);

/** Free text of one line: control characters and angle brackets become spaces. */
export function freeText(max: number, min = 1) {
  return scalar(strip, (text) => text.min(min).max(max));
}

// A bracket opens a tag only before a letter, "/", "!" or "?": what is left are comparisons, as in "lesión < 5 mm".
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
 * Clinical text of several lines. Line breaks stay, and so do comparison signs, whose loss would change what a note
 * says; the brackets of tags and control characters become spaces.
 */
export function clinicalText(max: number, min = 1) {
  return scalar(lines, (text) => text.min(min).max(max));
}

/** Where in the body a note belongs, e.g. `RODILLA`. */
export const segmento = scalar(
  (value) => strip(value).toUpperCase(),
  (text) => text.min(1).max(60),
);

const utf8 = new TextEncoder();
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return text.isWellFormed();
  } catch {
    return false;
  }
}

/** A JSON document that is kept as the string that was sent. @param maxBytes of its UTF-8 form */
export function jsonText(maxBytes: number) {
  return z.string().superRefine((text, context) => {
    if (utf8.encode(text).length > maxBytes) {
      context.addIssue({ code: 'custom', message: `No debe pasar de ${maxBytes} bytes` });
    } else if (!isJson(text)) {
      context.addIssue({ code: 'custom', message: 'No es JSON válido' });
    }
  });
}

export const codigoHospital = scalar(keep(/[^A-Z0-9-]/g), (text) => text.min(1).max(12));
export const docTipo = scalar(upper, (text) =>
  text.max(20).regex(/^[A-Z0-9-]+$/, { error: 'Solo se admiten letras A-Z, números y guion' }),
);
export const docNumero = scalar(keep(/[^A-Z0-9-]/g), (text) => text.min(4).max(24));
export const sexo = scalar(upper, (text) => text.regex(/^[MFO]$/, { error: 'Debe ser M, F u O' }));
export const planNombre = scalar(collapse, (text) =>
  text
    .min(2)
    .max(80)
    .regex(/^[\p{L}\p{M}\p{Nd}()_. -]+$/u, { error: 'Solo se admiten letras, números y ( ) _ - .' }),
);
/** A password is taken as it is. */
export const password = z.string().min(8).max(128);

/** An instant as it goes out: ISO 8601 in UTC with `Z`. */
export const Instant = z.iso.datetime({ precision: 3 }).meta({ description: 'Instante ISO 8601 en UTC' });

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?$/;
/** A day becomes its first instant, a time without a zone is UTC. What is no instant stays as it is. */
const toUtc: Normalise = (value) => {
  const text = value.trim();
  if (!WITHOUT_ZONE.test(text)) return text;
  return text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}Z`;
};

/** An instant as it comes in: ISO 8601 with a zone, or UTC without one, or a day; from 1900 to 2199. */
export const InstantInput = z
  .string()
  .overwrite(toUtc)
  .pipe(z.iso.datetime({ offset: true, error: 'Debe ser una fecha ISO 8601' }))
  .refine((text) => /^(19|20|21)/.test(text), { error: 'La fecha está fuera de rango' })
  .meta({ description: 'Instante ISO 8601; sin zona es UTC' });

/** `YYYY-MM-DD`, between 1900 and today (UTC). */
export const fechaNacimiento = z.iso
  .date()
  .refine((date) => date >= '1900-01-01' && date <= new Date().toISOString().slice(0, 10), {
    error: 'La fecha de nacimiento no puede ser futura ni anterior a 1900',
  });

/** A boolean of a query string or a form: `true`, `1`, `on`, `yes`, `si` and their opposites. */
export const Flag = z.preprocess((value: boolean | undefined): unknown => {
  if (typeof value !== 'string') return value;
  const text = (value as string).trim().toLowerCase();
  if (['true', '1', 'on', 'yes', 'si', 'sí'].includes(text)) return true;
  if (['false', '0', 'off', 'no', ''].includes(text)) return false;
  return value;
}, z.boolean());
