type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepSource: Reviver = (_key, value, { source }) =>
  typeof value === 'number' ? (source ?? String(value)) : value;

/**
 * Parses JSON and keeps each number as its source text. `20000.00` stays `20000.00`, because the gateway signs that text.
 *
 * @throws SyntaxError
 */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, keepSource as (key: string, value: unknown) => unknown) as unknown;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text, number or boolean as text; `undefined` for anything else and for blank text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
