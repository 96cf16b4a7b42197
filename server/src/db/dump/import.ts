import { type Connection, createConnection } from 'mysql2/promise';
import { locked } from '../migrate.ts';
import { failure } from './failure.ts';
import { describeContents, dropEverything, isUnfinished, removeMarker, setMarker } from './remains.ts';
import { interpret } from './statement.ts';
import { readDump, survey, type Survey } from './survey.ts';

export interface ImportOptions {
  /** `mysql://user:password@host:port/database`; the database exists and is empty. */
  readonly url: string;
  readonly file: string;
  /** Whether to drop the remains of a killed import first. */
  readonly discardUnfinished: boolean;
  /** Stops between two statements, or aborts the running one. */
  readonly signal: AbortSignal;
  /** Gets lines for the operator. */
  readonly say: (line: string) => void;
}

/** The database does not suit an import; the message gives the remedy. Nothing was changed. */
export class ImportRefusedError extends Error {
  override readonly name = 'ImportRefusedError';
}

/** The longest statement that is read. Dump programs write 1 MiB at a time by default. */
export const MAX_STATEMENT_BYTES = 256 * 2 ** 20;

/**
 * Loads a dump into an empty MySQL database. It reads the whole file once before it creates anything. When the import
 * fails afterwards or is stopped, it drops everything that it created, so the next import finds an empty database.
 *
 * @throws ImportRefusedError when the database is not empty
 * @throws DumpError at the first statement that fails
 */
export async function importDump(options: ImportOptions): Promise<Survey> {
  await using control = await openSession(options.url);
  const session = {
    run: async <R>(text: string): Promise<R[]> => (await control.query(text))[0] as R[],
  };
  // the same lock as a migration's, so an import and a migration never overlap
  return await locked(session, async () => {
    await requireEmpty(control, options.discardUnfinished);
    const found = await survey(options.file, await maxStatementBytes(control));
    await setMarker(control);
    try {
      await load(control, options, found);
    } catch (error) {
      await clearAfter(control, error);
      throw error;
    }
    await removeMarker(control);
    return found;
  });
}

/** What an import into this database would meet: names of objects, with their kind. Empty for an empty database. */
export async function contentsOf(url: string): Promise<string> {
  await using control = await openSession(url);
  return await describeContents(control);
}

async function requireEmpty(control: Connection, discardUnfinished: boolean): Promise<void> {
  const contents = await describeContents(control);
  if (contents === '') return;
  if (!(await isUnfinished(control))) {
    throw new ImportRefusedError(
      `The database is not empty (${contents}). A dump is imported into an empty one; ` +
        'one that holds the predecessor’s tables already is adopted by `migrate`.',
    );
  }
  if (!discardUnfinished) {
    throw new ImportRefusedError(
      'The database holds what an import has left that was killed. ' +
        'Import again with --discard-unfinished, which drops EVERYTHING in this database first.',
    );
  }
  await dropEverything(control);
}

async function load(control: Connection, { url, file, signal, say }: ImportOptions, found: Survey): Promise<void> {
  await using loader = await openSession(url);
  const stop = (): void => void control.query(`kill query ${loader.threadId}`).catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  const progress = progressOf(found, say);
  let committed = 0;
  await loader.query('set autocommit = 0');
  try {
    for await (const statement of readDump(file, MAX_STATEMENT_BYTES)) {
      signal.throwIfAborted();
      const { text, ...described } = interpret(statement);
      if (text !== undefined)
        await runOne(loader, text).catch((error: unknown) => {
          signal.throwIfAborted();
          throw failure(statement.line, described, error);
        });
      if (statement.end - committed > COMMIT_BYTES) {
        await loader.query('commit');
        committed = statement.end;
      }
      progress(statement, described.object);
    }
    await loader.query('commit');
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A statement that is only a comment for this server is no error. */
async function runOne(loader: Connection, text: string): Promise<void> {
  await loader.query(text).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'ER_EMPTY_QUERY') throw error;
  });
}

/** The original failure is the one to report. When its remains could not be dropped, the report says so too. */
async function clearAfter(control: Connection, cause: unknown): Promise<void> {
  try {
    await dropEverything(control);
  } catch (error) {
    const [failed, left] = [cause, error].map((one) => (one instanceof Error ? one.message : String(one)));
    throw new ImportRefusedError(
      `${failed}\nWhat was imported could not be removed again (${left}): import again with --discard-unfinished.`,
      { cause },
    );
  }
}

/** Prints a line for each twentieth of the dump, and at most one for each MiB. */
function progressOf({ bytes }: Survey, say: (line: string) => void) {
  const step = Math.max(bytes / 20, 2 ** 20);
  let next = step;
  return ({ end, line }: { end: number; line: number }, object: string | undefined): void => {
    if (end < next) return;
    next = end + step;
    const percent = String(Math.floor((100 * end) / bytes)).padStart(3);
    say(
      `${percent} %  ${mebibytes(end)} of ${mebibytes(bytes)}, line ${line}${object === undefined ? '' : `, ${object}`}`,
    );
  };
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/**
 * A connection on which texts are bytes: they reach the server unchanged, whatever character set the dump names. Its
 * session starts with the settings that a dump expects, not with the server's own defaults.
 */
async function openSession(url: string): Promise<Connection & AsyncDisposable> {
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    charset: 'LATIN1_SWEDISH_CI',
    // the driver would adopt the dump's SET NAMES as its own encoding
    flags: ['-SESSION_TRACK'],
  });
  await connection.query('set names utf8mb4');
  await connection.query(
    "set session time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', " +
      `foreign_key_checks = 0, wait_timeout = ${WEEK_S}`,
  );
  return Object.assign(connection, {
    [Symbol.asyncDispose]: async () => {
      // a connection that the server closed cannot be closed in order
      await connection.end().catch(() => connection.destroy());
    },
  });
}

async function maxStatementBytes(connection: Connection): Promise<number> {
  const [rows] = await connection.query('select @@max_allowed_packet as bytes');
  return Math.min(Number((rows as { bytes: number }[])[0]?.bytes), MAX_STATEMENT_BYTES);
}

const COMMIT_BYTES = 16 * 2 ** 20;
/** The lock's connection is idle during the import. */
const WEEK_S = 604_800;
