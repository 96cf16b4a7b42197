import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../base/operator-error.ts';
import { isDiskError } from './errors.ts';

/** The owner alone reads and writes, whatever the folder allows. */
const PRIVATE = 0o600;
/** A larger file is not read from one end to the other at every start. */
const MOST_CHECKED_BYTES = 512 * 1024 ** 2;
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED = new Set([11, 26]);
const UNUSABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'EISDIR', 'ENOTDIR', 'ENOENT']);

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && DAMAGED.has(Number(error.errcode) & 0xff);
}

function damaged(file: string, reason: string): OperatorError {
  return new OperatorError(
    `The database ${file} is damaged (${reason}). Restore it: put your last backup in its place, remove ` +
      `${file}-wal and ${file}-shm, and start again.`,
  );
}

/** The same error as a sentence for the operator, where it is one that they can mend. */
function explained(file: string, error: unknown): unknown {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  if (isDamage(error)) return damaged(file, message);
  if (isDiskError(error) || UNUSABLE.has(code)) {
    return new OperatorError(
      `The database ${file} cannot be written (${message}). Make its folder writable for this user, or free space on its ` +
        'disk, and start again. Or set SOM3D_DATA_DIR to another folder.',
    );
  }
  return error;
}

/** Creates the file when it is not there. SQLite gives the files beside it the same mode. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE));
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    if (statSync(one, { throwIfNoEntry: false })) chmodSync(one, PRIVATE);
  }
}

/** A damaged page is found now, not by a doctor. */
function checkPages(db: DatabaseSync, file: string): void {
  if (statSync(file).size > MOST_CHECKED_BYTES) return;
  const found = db.prepare('pragma quick_check(1)').get() as { readonly quick_check: string };
  if (found.quick_check !== 'ok') throw damaged(file, found.quick_check.replaceAll(/\s+/g, ' '));
}

/**
 * Opens a database for reading and writing, in WAL mode.
 *
 * @param file path, or `:memory:`
 * @param timeoutMs how long SQLite itself waits for another process
 * @throws OperatorError when the file is damaged or cannot be written
 */
export function openSqliteFile(file: string, timeoutMs: number): DatabaseSync {
  const inMemory = file === ':memory:';
  let db: DatabaseSync | undefined;
  try {
    if (!inMemory) makePrivate(file);
    db = new DatabaseSync(file, { timeout: timeoutMs });
    for (const pragma of ['foreign_keys = on', 'journal_mode = wal', 'synchronous = normal']) {
      db.exec(`pragma ${pragma}`);
    }
    if (!inMemory) checkPages(db, file);
    return db;
  } catch (error) {
    db?.close();
    throw explained(file, error);
  }
}
