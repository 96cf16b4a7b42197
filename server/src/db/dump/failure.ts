import { DumpError } from './errors.ts';
import { type Described, title } from './statement.ts';

/** The driver's error for a statement that the server refused. */
interface ServerError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlMessage?: string;
}

/**
 * The server's refusal in words for the operator. The server quotes values in its messages. For a statement with rows this
 * error keeps the code, the column and the key only, so that no patient's data reaches a terminal or a log.
 *
 * @param line first line of the statement
 * @param error the driver's error
 */
export function failure(line: number, statement: Described, error: unknown): DumpError {
  if (!(error instanceof Error)) return new DumpError(line, `${title(statement)}: ${String(error)}`);
  const { code = 'error', errno, sqlMessage }: ServerError = error;
  const said = sqlMessage === undefined ? error.message : decode(sqlMessage);
  const text = sqlMessage === undefined || HAS_NO_ROWS.test(statement.kind) ? said : withoutValues(said);
  const hint = HINTS[errno ?? 0];
  return new DumpError(
    lineOf(line, said),
    `${title(statement)}: ${code}${text && `: ${text}`}${hint ? `\n${hint}` : ''}`,
  );
}

/** A syntax error names a line of the statement. */
function lineOf(line: number, message: string): number {
  return line + Number(/ at line (\d+)$/.exec(message)?.[1] ?? 1) - 1;
}

function withoutValues(message: string): string {
  return KEPT.flatMap((pattern) => pattern.exec(message)?.[0] ?? []).join(' ');
}

/** Texts go to the server byte for byte, and return the same way. */
function decode(message: string): string {
  return Buffer.from(message, 'latin1').toString();
}

const HAS_NO_ROWS = /^(?:CREATE|ALTER|DROP|SET|COMMIT|START)\b/;
/** Ends of messages that hold names only. */
const KEPT = [
  /for key '[\w.]+'$/,
  // MariaDB names the table too.
  /for column (?:'\w+'|(?:`[\w-]+`\.)*`\w+`) at row \d+$/,
  /^Unknown column '\w+'/,
  /^Table '[\w.-]+' doesn't exist$/,
];

const RIGHTS = 'The account of MYSQL_URL needs every right on its database (GRANT ALL ON database.* TO account).';
const HINTS: Readonly<Record<number, string>> = {
  1044: RIGHTS,
  1142: RIGHTS,
  1153: 'Raise max_allowed_packet of the server above the length of the statement.',
  1227: RIGHTS,
  1370: RIGHTS,
  1419:
    'The server writes a binary log: set its log_bin_trust_function_creators to 1 for the import (on RDS in the ' +
    'parameter group), or import with an account that has SUPER.',
};
