import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  createQueryId,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  IdentifierNode,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  RawNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { setTimeout as pause } from 'node:timers/promises';
import { foldLike } from './sqlite-like.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { HeldConnection, SQLITE_BUSY, Turns, WAIT_MS } from './sqlite-turns.ts';
import { observeConnection, type StatementObserver } from './statement-observer.ts';

/**
 * MikroORM writes values into its statements, and SQLite reads a statement up to its first NUL. A NUL can stand in a text
 * alone, so it becomes a part of that text's expression.
 */
function escapeNul(sql: string): string {
  return sql.includes('\0') ? sql.replaceAll('\0', "'||char(0)||'") : sql;
}

/**
 * A Kysely dialect on `node:sqlite`. It differs from the stock dialect:
 * - it keeps prepared statements (MAX_STATEMENTS of them);
 * - it returns integers above 2^53 as `bigint` rather than as an error, all others as `number`;
 * - it binds a `Date` or a boolean, and returns a column declared `datetime` as a `Date`, as MySQL does;
 * - transactions take the write lock at their start (`begin immediate`), so that two processes on one file wait for each
 *   other instead of failing when a read turns into a write;
 * - waiting for another process's lock does not block the event loop;
 * - LIKE ignores case and accents, as with MySQL;
 * - a unit of work that waits for its own connection fails after WAIT_MS instead of hanging for ever.
 */
export class SqliteDialect implements Dialect {
  readonly #file: string;
  readonly #observe: StatementObserver | undefined;

  /**
   * @param file path of the database, or `:memory:`
   * @param observe sees every statement
   */
  constructor(file: string, observe?: StatementObserver) {
    this.#file = file;
    this.#observe = observe;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#file, this.#observe);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SharedConnectionAdapter();
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the signature of the interface
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

const MAX_STATEMENTS = 500;
const RETRY_MS = 5;
/** SQLite's own, blocking wait, in ms: long enough for a usual commit of another process. */
const BLOCKING_WAIT_MS = 20;

/** The driver assigns its one connection itself, with a time limit; Kysely's own mutex has none. */
class SharedConnectionAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #file: string;
  readonly #observe: StatementObserver | undefined;
  readonly #turns = new Turns();
  #connection: SqliteConnection | undefined;

  constructor(file: string, observe?: StatementObserver) {
    this.#file = file;
    this.#observe = observe;
  }

  async init(): Promise<void> {
    const db = await openWhenFree(this.#file);
    foldLike(db);
    const connection = new SqliteConnection(db);
    this.#connection = this.#observe ? observeConnection(connection, this.#observe) : connection;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turns.take();
    if (this.#connection) return new HeldConnection(this.#connection, () => this.#turns.pass());
    this.#turns.pass();
    throw new Error('the database is closed');
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as HeldConnection).release();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#orRelease(connection, 'begin immediate');
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite can have rolled back by itself (disk full): then nothing remains to do
    if (this.#connection?.inTransaction) await this.#orRelease(connection, 'rollback');
  }

  /**
   * Kysely keeps a connection for ever whose transaction cannot begin or be rolled back (its `startTransaction`): with one
   * connection, a disk that is read-only for a moment would stop the service until its next start.
   */
  async #orRelease(connection: DatabaseConnection, command: string): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw(command));
    } catch (error) {
      await this.releaseConnection(connection);
      throw error;
    }
  }

  async savepoint(connection: DatabaseConnection, name: string, compile: Compile): Promise<void> {
    await connection.executeQuery(compile(named('savepoint', name), createQueryId()));
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string, compile: Compile): Promise<void> {
    await connection.executeQuery(compile(named('rollback to', name), createQueryId()));
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string, compile: Compile): Promise<void> {
    await connection.executeQuery(compile(named('release', name), createQueryId()));
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** Another process may be changing the journal mode, or recovering after a crash. */
async function openWhenFree(file: string): Promise<DatabaseSync> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return openSqliteFile(file, BLOCKING_WAIT_MS);
    } catch (error) {
      if (!isBusy(error) || Date.now() >= deadline) throw error;
      await pause(RETRY_MS);
    }
  }
}

type Compile = QueryCompiler['compileQuery'];
function named(command: string, name: string) {
  return RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)]);
}

interface ResultColumn {
  readonly name: string;
  /** Whether it is declared as an instant. */
  readonly isInstant: boolean;
}

interface Statement {
  readonly prepared: StatementSync;
  /** Of its rows; none when it returns no rows. */
  readonly columns: readonly ResultColumn[];
}

class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // A transaction holds the write lock already, so waiting does not help there.
    const deadline = this.inTransaction ? 0 : Date.now() + WAIT_MS;
    for (;;) {
      try {
        return this.#execute<R>(query);
      } catch (error) {
        if (!isBusy(error) || Date.now() >= deadline) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const statement = this.#prepare(query.sql);
    for (const values of statement.prepared.iterate(...query.parameters.map(bind))) {
      yield { rows: [rowOf(statement.columns, values) as R] };
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #execute<R>(query: CompiledQuery): QueryResult<R> {
    const { prepared, columns } = this.#prepare(query.sql);
    const parameters = query.parameters.map(bind);
    if (columns.length > 0) return { rows: prepared.all(...parameters).map((values) => rowOf(columns, values) as R) };
    const { changes, lastInsertRowid } = prepared.run(...parameters);
    if (SCHEMA_CHANGE.test(query.sql)) this.#statements.clear();
    return { rows: [], insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes) };
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#db.prepare(escapeNul(sql));
    prepared.setReadBigInts(true);
    // The objects that node:sqlite makes of rows take more than twice as long as ours, to make and to read.
    prepared.setReturnArrays(true);
    const columns = prepared.columns().map(({ name, type }) => ({ name, isInstant: INSTANT_TYPE.test(type ?? '') }));
    const statement = { prepared, columns };
    const oldest = this.#statements.size >= MAX_STATEMENTS ? this.#statements.keys().next().value : undefined;
    if (oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const SCHEMA_CHANGE = /^\s*(create|alter|drop)\b/i;
const INSTANT_TYPE = /^(datetime|timestamp)\b/i;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}

function bind(value: unknown): SQLInputValue {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'boolean') return value ? 1 : 0;
  return (value ?? null) as SQLInputValue;
}

/** @param values of one row, as `setReturnArrays` has them; the type of node:sqlite does not follow it */
function rowOf(columns: readonly ResultColumn[], values: unknown): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [at, { name, isInstant }] of columns.entries()) {
    const value = plain((values as readonly unknown[])[at]);
    row[name] = isInstant && typeof value === 'number' ? new Date(value) : value;
  }
  return row;
}

/** An integer as a number, where it is exact. */
function plain(value: unknown): unknown {
  const isExact = typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return isExact ? Number(value) : value;
}
