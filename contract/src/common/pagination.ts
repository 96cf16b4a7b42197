import { z } from 'zod';

/** Most rows of a list, and the limit when the caller names none. */
export const MAX_PAGE = 500;

function integer(min: number, max: number) {
  return z.preprocess(
    (value: number | undefined) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );
}

/**
 * Optional paging of every list. The body stays a bare array; `X-Total-Count` carries the number of rows before
 * paging and `Link` (RFC 8288) the neighbouring pages.
 */
export const Page = {
  limit: integer(1, MAX_PAGE)
    .optional()
    .meta({ description: `Filas por respuesta, 1 a ${MAX_PAGE} (sin valor: ${MAX_PAGE})` }),
  offset: integer(0, 2_147_483_647).optional().meta({ description: 'Filas que se saltan' }),
};
export interface PageQuery {
  limit?: number | undefined;
  offset?: number | undefined;
}

/** A positive 32-bit integer, like the database's keys. It accepts the digits of a path or a form too. */
export const Id = z
  .preprocess(
    (value: number) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value),
    z.int().min(1).max(2_147_483_647),
  )
  .meta({ description: 'Entero positivo de 32 bits' });
