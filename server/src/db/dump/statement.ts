import { DumpError } from './errors.ts';
import type { Statement } from './splitter.ts';

/** Kind and subject of a statement, without its values. */
export interface Described {
  /** `CREATE TABLE`, `INSERT`, `SET`. */
  readonly kind: string;
  /** The table, procedure or other object of the statement. */
  readonly object?: string;
}

/** How the import treats a statement of a dump. */
export interface Interpreted extends Described {
  /** The text for the server; absent when the import skips the statement. */
  readonly text?: string;
  /** The reason to skip it, as a plural noun. */
  readonly leftOut?: string;
}

/**
 * Decides how to treat a statement. The import skips statements that do not concern the one target database: databases,
 * accounts and rights, settings of the server, locks. It drops a DEFINER, because that account does not exist here and an
 * ordinary user may not name another account; the importing account takes its place.
 *
 * @throws DumpError when the statement shows that the dump cannot be imported
 */
export function interpret(statement: Statement): Interpreted {
  const head = headOf(statement.text);
  const described = describe(head);
  refuse(statement, head);
  const leftOut = LEFT_OUT.find(({ pattern }) => pattern.test(head))?.what;
  if (leftOut) return { ...described, leftOut };
  return { ...described, text: rewrite(statement.text, described) };
}

/** `CREATE TRIGGER trg_pago_bi`. */
export function title({ kind, object }: Described): string {
  return object === undefined ? kind : `${kind} ${object}`;
}

/**
 * The start of a statement as the server reads it: with the content of conditional comments, without other comments and
 * without the DEFINER.
 */
function headOf(text: string): string {
  return text
    .slice(0, HEAD_LENGTH)
    .replace(/\/\*(?!M?!).*?\*\//gs, ' ')
    .replace(/\/\*M?!\d*|\*\//g, ' ')
    .replace(/^\s*(?:--\s|#).*$/gm, ' ')
    .replace(DEFINER, '$1')
    .replace(/\s+/g, ' ')
    .trimStart();
}

function describe(head: string): Described {
  const definition = DEFINITION.exec(head);
  if (definition) return asDescribed(`${definition[1]} ${definition[2]}`, definition[3]);
  const change = ROW_CHANGE.exec(head);
  if (change) return asDescribed(change[1] ?? '', change[2]);
  const use = USE.exec(head);
  if (use) return asDescribed('USE', use[1]);
  const [kind = ''] = /^(?:(?:START|LOCK|UNLOCK|SET(?= NAMES)) )?[a-z]+/i.exec(head) ?? [];
  return asDescribed(kind === '' ? 'statement' : kind, undefined);
}

function asDescribed(kind: string, object: string | undefined): Described {
  return {
    kind: kind.toUpperCase(),
    ...(object === undefined ? {} : { object: Buffer.from(object.replaceAll(/[`"]/g, ''), 'latin1').toString() }),
  };
}

function refuse({ line }: Statement, head: string): void {
  const [, charset] = UNSAFE_CHARSET.exec(head) ?? [];
  if (charset) {
    throw new DumpError(line, `the dump is written in ${charset}: dump with --default-character-set=utf8mb4`);
  }
  const [, kind, schema] = QUALIFIED.exec(head) ?? [];
  if (kind && schema) {
    throw new DumpError(line, `${kind.toUpperCase()} names a database (${schema}): dump without names of databases`);
  }
}

function rewrite(text: string, { kind }: Described): string {
  if (/^(?:CREATE|ALTER)\b/.test(kind)) return text.replace(DEFINER, '$1');
  if (kind === 'SET') return text.replaceAll(SQL_MODE_LIST, withoutRemovedModes);
  return text;
}

/** The server refuses a list with an unknown mode; MySQL 5.7 and MariaDB write this one, which it no longer has. */
function withoutRemovedModes(_match: string, before: string, single?: string, double?: string): string {
  const kept = (single ?? double ?? '')
    .split(',')
    .filter((mode) => mode.trim().toUpperCase() !== 'NO_AUTO_CREATE_USER');
  return `${before}'${kept.join(',')}'`;
}

const HEAD_LENGTH = 1000;
const NAME = '(?:`[^`]+`|"[^"]+"|[\\w$\\x80-\\xff]+)';
const ACCOUNT_PART = '(?:`[^`]*`|\'[^\']*\'|"[^"]*"|[\\w$%.-]+(?:\\(\\))?)';

/** Matches only before the kind of the object, so that it never changes a body or a value. */
const DEFINER = new RegExp(
  '^((?:\\s|/\\*M?!\\d*|/\\*(?!M?!)[^*]*\\*/|\\*/|\\b(?:CREATE|ALTER|OR\\s+REPLACE|AGGREGATE|ALGORITHM\\s*=\\s*\\w+)\\b)+)' +
    `DEFINER\\s*=\\s*${ACCOUNT_PART}(?:\\s*@\\s*${ACCOUNT_PART})?`,
  'i',
);

const THING = 'TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|INDEX|SEQUENCE|DATABASE|SCHEMA|USER|ROLE';
const DEFINITION = new RegExp(
  `^(CREATE|ALTER|DROP)(?: (?!(?:${THING})\\b)[\\w=]+)*? (${THING})\\b(?: IF(?: NOT)? EXISTS)?(?: (${NAME}))?`,
  'i',
);
const ROW_CHANGE = new RegExp(
  `^(INSERT|REPLACE|UPDATE|DELETE|TRUNCATE)(?: (?:LOW_PRIORITY|HIGH_PRIORITY|DELAYED|IGNORE|INTO|FROM|TABLE))* ?(${NAME})`,
  'i',
);
const USE = new RegExp(`^USE (${NAME})`, 'i');
const QUALIFIED = new RegExp(
  `^((?:CREATE|ALTER|DROP)(?: (?!(?:${THING})\\b)[\\w=]+)*? (?:TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT)(?: IF(?: NOT)? EXISTS)?` +
    '|(?:INSERT|REPLACE|UPDATE|DELETE|TRUNCATE)(?: (?:LOW_PRIORITY|HIGH_PRIORITY|DELAYED|IGNORE|INTO|FROM|TABLE))*)' +
    ` ?(${NAME}) ?\\. ?${NAME}`,
  'i',
);
/** In these character sets a byte that looks like a quote or a backslash can be the second half of a character. */
const UNSAFE_CHARSET =
  /^SET (?:NAMES|CHARACTER SET|CHARSET) ?'?(big5|gbk|gb18030|sjis|cp932|eucjpms|ucs2|utf16|utf16le|utf32)\b/i;
const SQL_MODE_LIST = /(\bsql_mode\s*=\s*)(?:'([^']*)'|"([^"]*)")/gi;

const LEFT_OUT: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /^(?:CREATE|ALTER|DROP) (?:DATABASE|SCHEMA)\b|^USE\b/i, what: 'names of databases' },
  { pattern: /^(?:LOCK|UNLOCK) TABLES?\b/i, what: 'table locks' },
  {
    pattern:
      /^(?:GRANT|REVOKE|FLUSH)\b|^(?:CREATE|ALTER|DROP|RENAME) (?:USER|ROLE)\b|^SET (?:PASSWORD|ROLE|DEFAULT ROLE)\b/i,
    what: 'accounts and rights',
  },
  {
    pattern:
      /^SET (?:@@)?(?:GLOBAL|PERSIST|PERSIST_ONLY)\b|^SET (?:@@)?(?:SESSION[ .] ?)?SQL_LOG_BIN\b|^CHANGE (?:MASTER|REPLICATION)\b/i,
    what: 'settings of the server',
  },
];
