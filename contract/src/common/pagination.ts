import { z } from 'zod';
import { numeric } from './from-text.ts';

/** The largest integer of the database's columns. */
const MAX_INT = 2_147_483_647;

/** Most rows of a list, and the limit when the caller names none. */
export const MAX_PAGE = 500;

/**
 * Optional paging of every list. The body stays a bare array; `X-Total-Count` carries the number of rows before
 * paging and `Link` (RFC 8288) the neighbouring pages.
 */
export const Page = {
  limit: numeric(z.int().min(1).max(MAX_PAGE))
    .optional()
    .meta({ description: `Filas por respuesta, 1 a ${MAX_PAGE}`, default: MAX_PAGE, examples: [50] }),
  offset: numeric(z.int().min(0).max(MAX_INT)).optional().meta({ description: 'Filas que se saltan', default: 0 }),
};
export interface PageQuery {
  limit?: number | undefined;
  offset?: number | undefined;
}

/** A positive 32-bit integer, like the database's keys; in a path, a query or a form its digits. */
export const Id = numeric(z.int().min(1).max(MAX_INT)).meta({ description: 'Entero positivo de 32 bits' });
