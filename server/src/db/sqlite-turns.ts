import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';

/** How long to wait for another process's lock, or for the connection, in ms. */
export const WAIT_MS = 15_000;
export const SQLITE_BUSY = 5;

/** The one connection in the hands of who has the turn. To release it twice is no error. */
export class HeldConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #pass: () => void;
  #released = false;

  constructor(connection: DatabaseConnection, pass: () => void) {
    this.#connection = connection;
    this.#pass = pass;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#connection.executeQuery<R>(query);
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, chunkSize);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#pass();
  }
}

/** First come, first served. */
export class Turns {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(proceed), 1);
        reject(new SqliteBusyError(`the connection was not free within ${WAIT_MS} ms`));
      }, WAIT_MS);
      const proceed = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.push(proceed);
    });
  }

  pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken = false;
  }
}

/** Somebody else held the database for too long. */
class SqliteBusyError extends Error {
  override readonly name = 'SqliteBusyError';
  readonly code = 'ERR_SQLITE_ERROR';
  readonly errcode = SQLITE_BUSY;

  constructor(reason: string) {
    super(`database is locked: ${reason}`);
  }
}
