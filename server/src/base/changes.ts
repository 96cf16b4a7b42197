type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields of a partial update that were given: an absent one leaves its column alone, `null` clears it. */
export function changesOf<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
