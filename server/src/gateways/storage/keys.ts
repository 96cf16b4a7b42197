const KEY = /^[\w-][\w.-]*(\/[\w-][\w.-]*)+$/;
const PREFIX = /^([\w-][\w.-]*\/)+$/;

/** Whether a key has the form that the service gives its keys. */
export function isKey(key: string): boolean {
  return KEY.test(key);
}

/** @throws for what the service would never have made: such a key could lead out of the storage */
export function requireKey(key: string): string {
  if (!KEY.test(key)) throw new Error('not a storage key');
  return key;
}

/** @throws for what is no folder of keys */
export function requirePrefix(prefix: string): string {
  if (!PREFIX.test(prefix)) throw new Error('not a storage prefix');
  return prefix;
}
