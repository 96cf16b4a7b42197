import type { ImageHeader } from './header.ts';
import type { PatientKey } from './moment.ts';

/**
 * Numbers the patients of a ZIP from 0. Headers are of one patient where nothing that both say differs: some writers
 * leave out a name or a date of birth.
 */
export function numberPatients(headers: readonly ImageHeader[]): Map<ImageHeader, number> {
  const distinct = new Map<string, { key: PatientKey; headers: ImageHeader[] }>();
  for (const header of new Set(headers)) {
    const text = JSON.stringify(header.patient);
    const entry = distinct.get(text) ?? { key: header.patient, headers: [] };
    entry.headers.push(header);
    distinct.set(text, entry);
  }
  const patients: PatientKey[] = [];
  const numbers = new Map<ImageHeader, number>();
  // Those that say most come first: what says less joins them.
  const ordered = [...distinct].toSorted(([a, x], [b, y]) => parts(y.key) - parts(x.key) || (a < b ? -1 : 1));
  for (const [, { key, headers: own }] of ordered) {
    const known = patients.findIndex((patient) => isSame(patient, key));
    const index = known === -1 ? patients.push(key) - 1 : known;
    for (const header of own) numbers.set(header, index);
  }
  return numbers;
}

function parts({ id, name, birth }: PatientKey): number {
  return [id, name, birth].filter((part) => part !== '').length;
}

function isSame(a: PatientKey, b: PatientKey): boolean {
  return (['id', 'name', 'birth'] as const).every((part) => a[part] === '' || b[part] === '' || a[part] === b[part]);
}
