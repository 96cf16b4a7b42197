import { z } from 'zod';

/** One variable of the environment: its schema, and its description in `.env.example`. */
export interface Variable {
  readonly schema: z.ZodType;
  readonly doc: string;
  /** The value in `.env.example` of a variable without a default. */
  readonly example?: string;
}

export function variable<S extends z.ZodType>(schema: S, doc: string, example?: string) {
  return {
    schema,
    doc,
    ...(example === undefined ? {} : { example }),
  };
}

export function integer(min: number, max: number, fallback: number) {
  return z.coerce.number<string | undefined>().int().min(min).max(max).default(fallback);
}

export const boolean = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((text) => text === 'true' || text === '1');

export function flag(fallback: boolean) {
  return boolean.default(fallback);
}

export const text = z.string().trim().min(1);

export const cookieName = z.string().regex(/^[\w-]{1,64}$/);

function isPlain(address: string): boolean {
  const url = URL.parse(address);
  return url === null || `${url.username}${url.password}${url.search}${url.hash}` === '';
}

/** The address of a page, as a link leads there: a query and a fragment are part of it. */
export const pageAddress = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/**
 * The address of a website or an API. What cannot be opened in a browser (`javascript:`), and what would be lost or told
 * to others when the address is put together with a path (a login, a query, a fragment), is refused.
 */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine(isPlain, { error: 'must have no user, query or fragment' });

/** Name or address of a machine: no scheme, port or path. */
export const hostName = z
  .string()
  .trim()
  .regex(/^[\w.-]+$|^[\da-f:.]+$/i, { error: 'must be a host name or an IP address' });
