import type { Backoff } from '../../base/backoff.ts';
import type { Config } from '../../config/config.ts';

const DAY_MS = 86_400_000;

/** Pauses between two questions about an issued checkout, or about a payment that takes minutes to days. */
export const FOLLOW: Backoff = { firstMs: 120_000, longestMs: 6 * 3_600_000 };

/** How long the gateway is asked about it, in ms. */
export function pendingMs({ EPAYCO_PENDING_DAYS }: Pick<Config, 'EPAYCO_PENDING_DAYS'>): number {
  return EPAYCO_PENDING_DAYS * DAY_MS;
}
