/**
 * Adds calendar months in UTC. A day that the month does not have becomes its last one: 31 January + 1 month is the
 * last day of February. The time of day stays.
 */
export function addMonths(from: Date, months: number): Date {
  const first = new Date(from);
  first.setUTCDate(1);
  first.setUTCMonth(first.getUTCMonth() + months);
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), days));
  return first;
}

export function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
