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
