import { type Connection, createConnection } from 'mysql2/promise';
import { locked } from '../migrate.ts';
import { failure } from './failure.ts';
import { describeContents, dropEverything, isUnfinished, removeMarker, setMarker } from './remains.ts';
import { interpret } from './statement.ts';
import { readDump, survey, type Survey } from './survey.ts';

export interface ImportOptions {
  /** `mysql://user:password@host:port/database`; the database is there and is empty. */
  readonly url: string;
  readonly file: string;
  /** Drop what an import has left that was killed. */
  readonly discardUnfinished: boolean;
  /** Stops between two statements, or ends the one that runs. */
  readonly signal: AbortSignal;
  /** Gets lines for the operator. */
  readonly say: (line: string) => void;
}

/** The database is not what an import needs; the message says what to do. Nothing was changed. */
export class ImportRefusedError extends Error {
  override readonly name = 'ImportRefusedError';
}

/** The longest statement that is read; dump programs write 1 MiB at a time unless they are told otherwise. */
export const MAX_STATEMENT_BYTES = 256 * 2 ** 20;

/**
 * Loads a dump into an empty MySQL database. The file is read through once before anything is created. When the import
 * fails afterwards or is stopped, everything that it created is dropped: the next one finds the database empty again.
 *
 * @throws ImportRefusedError when the database holds something
 * @throws DumpError at the first statement that can not be run
 */
export async function importDump(options: ImportOptions): Promise<Survey> {
  await using control = await openSession(options.url);
  const session = {
    run: async <R>(text: string): Promise<R[]> => (await control.query(text))[0] as R[],
  };
  // the same lock as a migration's: neither meets the other half way
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

/** What is all comment to this server is no error. */
async function runOne(loader: Connection, text: string): Promise<void> {
  await loader.query(text).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'ER_EMPTY_QUERY') throw error;
  });
}

/** The failure that led here is the one to tell; that its remains are still there is told beside it. */
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

/** A line for each twentieth of the dump, and no more than one for each MiB. */
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
 * A connection on which texts are bytes: what it is given goes to the server unchanged, whatever character set the dump
 * names. It begins as a dump expects it, and does not go by the server's own defaults.
 */
async function openSession(url: string): Promise<Connection & AsyncDisposable> {
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    charset: 'LATIN1_SWEDISH_CI',
    // the driver would take up the dump's SET NAMES as its own encoding
    flags: ['-SESSION_TRACK'],
  });
  await connection.query('set names utf8mb4');
  await connection.query(
    "set session time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', " +
      `foreign_key_checks = 0, wait_timeout = ${WEEK_S}`,
  );
  return Object.assign(connection, {
    [Symbol.asyncDispose]: async () => {
      // one that the server has closed can not be closed in good order
      await connection.end().catch(() => connection.destroy());
    },
  });
}

async function maxStatementBytes(connection: Connection): Promise<number> {
  const [rows] = await connection.query('select @@max_allowed_packet as bytes');
  return Math.min(Number((rows as { bytes: number }[])[0]?.bytes), MAX_STATEMENT_BYTES);
}

const COMMIT_BYTES = 16 * 2 ** 20;
/** The lock's connection says nothing while the dump is loaded. */
const WEEK_S = 604_800;
