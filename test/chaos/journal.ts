/** What was done to whom, and when: printed when a run fails, counted when it does not. */
export interface Journal {
  /** @param kind what the figures count it under, e.g. `kill worker` */
  note(kind: string, what: string): void;
  readonly entries: readonly JournalEntry[];
}

export interface JournalEntry {
  /** ms since the epoch */
  readonly at: number;
  readonly kind: string;
  readonly what: string;
}

export function createJournal(): Journal {
  const entries: JournalEntry[] = [];
  return { entries, note: (kind, what) => void entries.push({ at: Date.now(), kind, what }) };
}

/** One line for each entry, with seconds since `start`. */
export function journalLines({ entries }: Journal, start: number): string[] {
  return entries.map(
    ({ at, kind, what }) => `${((at - start) / 1000).toFixed(1).padStart(7)} s  ${kind.padEnd(22)} ${what}`,
  );
}
