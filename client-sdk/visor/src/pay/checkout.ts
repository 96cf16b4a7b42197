import type { Checkout } from '@som3d/client';

const KEY = 'som3d.checkout';

/** Hands a payment that was begun to its own page, in this tab alone. */
export function keepCheckout(checkout: Checkout): void {
  sessionStorage.setItem(KEY, JSON.stringify(checkout));
}

export function keptCheckout(): Checkout | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as Checkout);
}
