/** A type as the stories record it: `any` for what was null, or has another type here on purpose. */
export type Shape = 'string' | 'number' | 'boolean' | 'any' | readonly Shape[] | { readonly [field: string]: Shape };

/** What the predecessor answered, reduced to what a frontend depends on. */
export interface Expected {
  /** `answered` where the predecessor broke down with a 5xx: any answer of ours is better. */
  readonly status: number | 'answered';
  readonly shape?: Shape;
  /** Values by their path: `0.nombre`, `items.[id=3].total`, `cookies`. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** What the service answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a frontend that reads `shape` misses in `value`. More fields than those are fine, and so is null. */
function missingIn(shape: Shape, value: unknown, at = ''): string[] {
  if (shape === 'any' || (value === null && at !== '')) return [];
  if (typeof shape === 'string') return typeof value === shape ? [] : [`${at} is no ${shape}`];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${at || 'the answer'} is no list`];
    const [first] = shape as readonly Shape[];
    return first === undefined || value.length === 0 ? [] : missingIn(first, value[0], `${at}[]`);
  }
  if (!isObject(value)) return [`${at || 'the answer'} is no object`];
  return Object.entries(shape).flatMap(([field, inner]) =>
    field in value ? missingIn(inner, value[field], `${at}.${field}`) : [`${at}.${field} is absent`],
  );
}

/** The value at a path; `[key=value]` is the element of a list that has it. */
function valueAt(body: unknown, path: string): unknown {
  let value = body;
  for (const part of path.split('.')) {
    const [, key, wanted] = /^\[(\w+)=(.*)\]$/.exec(part) ?? [];
    if (key !== undefined) value = (value as unknown[]).find((row) => isObject(row) && String(row[key]) === wanted);
    else value = Array.isArray(value) ? value[Number(part)] : isObject(value) ? value[part] : undefined;
  }
  return value ?? null;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** The predecessor writes UTC without a zone, and stores an empty text where we store nothing. */
function comparable(value: unknown): unknown {
  if (value === '') return null;
  if (typeof value !== 'string' || !INSTANT.test(value)) return value;
  return new Date(/Z|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`).toISOString();
}

/** `refresh_token httponly path=/ samesite=lax`; a minus after the name of a cookie that is taken away. */
function cookieOf(header: string): string {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
  const [name = '', value] = pair.split('=');
  const isGone = value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(header);
  const kept = attributes.map((text) => text.toLowerCase()).filter((text) => !/^(expires|max-age)/.test(text));
  return [`${name}${isGone ? '-' : ''}`, ...kept.toSorted((a, b) => a.localeCompare(b))].join(' ');
}

function valuesOf({ body, headers }: Answer): unknown {
  const cookies = headers
    .getSetCookie()
    .map(cookieOf)
    .toSorted((a, b) => a.localeCompare(b));
  return isObject(body) ? { ...body, cookies } : body;
}

/**
 * How an answer differs from what the predecessor's frontends expect: nothing, or a sentence for each difference, such as
 * `status 422, not 201`, `.jobs is absent`, `total is 9, not 2`.
 */
export function differencesOf(expected: Expected, answer: Answer): string[] {
  const { status, shape, values = {}, headers = {} } = expected;
  if (status === 'answered') return answer.status < 500 ? [] : [`status ${answer.status}`];
  if (answer.status !== status) return [`status ${answer.status}, not ${status}`];
  const found = valuesOf(answer);
  const texts = (value: unknown): string => JSON.stringify(value);
  return [
    ...(shape === undefined ? [] : missingIn(shape, answer.body)),
    ...Object.entries(values).flatMap(([path, wanted]) => {
      const value = valueAt(found, path);
      return texts(comparable(value)) === texts(comparable(wanted))
        ? []
        : [`${path} is ${texts(value)}, not ${texts(wanted)}`];
    }),
    ...Object.entries(headers).flatMap(([name, wanted]) => {
      const value = answer.headers.get(name);
      return value === wanted ? [] : [`${name} is ${texts(value)}, not ${texts(wanted)}`];
    }),
  ];
}
