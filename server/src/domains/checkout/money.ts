/** An amount of money in cents; `null` when the text is no plain decimal of at most two (significant) decimals. */
export function centsOf(text: string | number | null | undefined): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d*))?$/.exec(String(text ?? '').trim());
  if (!match) return null;
  const decimals = (match[2] ?? '').replace(/0+$/, '');
  return decimals.length > 2 ? null : BigInt(match[1] + decimals.padEnd(2, '0'));
}

/** Whether two amounts are the same number, however they are written: `20000`, `20000.0` and `20000.00`. */
export function sameAmount(a: string | number | null | undefined, b: string | number | null | undefined): boolean {
  const cents = centsOf(a);
  return cents !== null && cents === centsOf(b);
}

/** An amount as the gateway takes it: `39900.00`. */
export function formatAmount(amount: number): string {
  return amount.toFixed(2);
}

/**
 * Splits a price that includes tax. The parts add up to the price.
 *
 * @param rate share of tax, e.g. 0.19
 */
export function splitTax(amount: number, rate: number): { base: number; tax: number } {
  const cents = Math.round(amount * 100);
  const base = Math.round(cents / (1 + rate));
  return { base: base / 100, tax: (cents - base) / 100 };
}
