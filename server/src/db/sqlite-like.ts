import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

/**
 * Text without case and accents, nearly as MySQL's `utf8mb4_general_ci` compares it: `Ñáñez` and `NANEZ` are the same.
 */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 's').toLowerCase();
}

const MAX_PATTERNS = 200;
const patterns = new Map<string, RegExp>();

/** A pattern of LIKE as a regular expression over folded text: `%` is any text, `_` any character. */
function compile(pattern: string, escape: string): RegExp {
  const key = `${escape} ${pattern}`;
  const known = patterns.get(key);
  if (known) return known;
  let source = '';
  let literal = false;
  for (const character of fold(pattern)) {
    if (!literal && character === escape) literal = true;
    else {
      const wildcard = literal ? undefined : { '%': '.*', _: '.' }[character];
      source += wildcard ?? character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
      literal = false;
    }
  }
  const compiled = new RegExp(`^${source}$`, 'su');
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(key, compiled);
  return compiled;
}

/** A value of SQLite as LIKE sees it; bytes have no text. */
function textOf(value: SQLOutputValue): string {
  return value === null || value instanceof Uint8Array ? '' : `${value}`;
}

function like(pattern: SQLOutputValue, value: SQLOutputValue, escape: SQLOutputValue): number | null {
  if (pattern === null || value === null) return null;
  return compile(textOf(pattern), textOf(escape)).test(fold(textOf(value))) ? 1 : 0;
}

/**
 * Lets LIKE ignore case and accents, as MySQL does. SQLite's own ignores the case of A-Z alone; it calls the function of
 * this name, which may be replaced (https://sqlite.org/lang_expr.html#like).
 */
export function foldLike(db: DatabaseSync): void {
  // The number of parameters says which of the two forms this is: without and with `escape`.
  db.function('like', { deterministic: true }, (pattern, value) => like(pattern, value, null));
  db.function('like', { deterministic: true }, (pattern, value, escape) => like(pattern, value, escape));
}
