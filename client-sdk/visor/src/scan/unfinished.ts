import type { UploadFields } from '@som3d/client';
import { packedFile, removePacked } from './packed-file.ts';

/** A case whose sending was cut by closing the page, or by a line that stayed away. */
export interface Unfinished {
  readonly fields: UploadFields;
  readonly file: File;
}

const KEY = 'som3d.unfinished-case';

/** Keeps what the case is, beside its ZIP on the browser's disk. */
export function remember(fields: UploadFields): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(fields));
  } catch {
    // A browser without storage: closing the page loses the case, not the scan.
  }
}

/** The case that can go on; undefined when there is none, or when its ZIP is not on the browser's disk. */
export async function findUnfinished(): Promise<Unfinished | undefined> {
  try {
    const fields = localStorage.getItem(KEY);
    if (fields === null) return undefined;
    return { fields: JSON.parse(fields) as UploadFields, file: await (await packedFile()).getFile() };
  } catch {
    return undefined;
  }
}

/** It was sent, or the person gave it up. */
export async function forget(): Promise<void> {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There was none.
  }
  await removePacked();
}
