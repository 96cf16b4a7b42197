type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The given fields of a partial update. An absent field leaves its column as it is, `null` clears it. */
export function changesOf<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
