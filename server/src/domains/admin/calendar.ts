/** Colombia is UTC-5 all year: it has no daylight saving time. In ms. */
const OFFSET_MS = 5 * 3_600_000;
const DAY_MS = 86_400_000;

export interface Period {
  readonly start: Date;
  /** Not part of the period. */
  readonly end: Date;
}

/** The calendar month of an instant as Colombia counts it. */
export function monthOf(now: Date): Period {
  const local = new Date(now.getTime() - OFFSET_MS);
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
  const first = (index: number) => new Date(Date.UTC(year, index, 1) + OFFSET_MS);
  return { start: first(month), end: first(month + 1) };
}

/** Whole days before (negative) or after an instant. */
export function daysFrom(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

const DAY = /^\d{4}-\d\d-\d\d$/;

function at(text: string, days: number): Date {
  return DAY.test(text) ? daysFrom(new Date(Date.parse(text) + OFFSET_MS), days) : new Date(text);
}

/** What `from` and `to` of a query mean: an instant, or a day of Colombia from its start to its end. */
export function rangeOf(query: { from?: string | undefined; to?: string | undefined }): Partial<Period> {
  return {
    ...(query.from === undefined ? {} : { start: at(query.from, 0) }),
    ...(query.to === undefined ? {} : { end: at(query.to, 1) }),
  };
}
