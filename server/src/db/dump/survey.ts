import { open } from 'node:fs/promises';
import { DumpError } from './errors.ts';
import { type Statement, StatementSplitter } from './splitter.ts';
import { interpret, type Interpreted } from './statement.ts';

/** The content of a dump. */
export interface Survey {
  readonly bytes: number;
  readonly lines: number;
  /** Numbers of executed statements, by kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Numbers of skipped statements, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** The longest statement in bytes, and its first line. */
  readonly longest: { readonly bytes: number; readonly line: number };
}

/**
 * The statements of a dump file, one after the other. The file can be larger than the memory.
 *
 * @param maxStatementBytes a longer statement is refused
 * @throws DumpError when the file is no plain-text dump, or is incomplete
 */
export async function* readDump(file: string, maxStatementBytes: number): AsyncGenerator<Statement, { lines: number }> {
  const splitter = new StatementSplitter(maxStatementBytes);
  await using handle = await open(file);
  let first = true;
  for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    yield* splitter.push(first ? withoutMark(chunk) : chunk);
    first = false;
  }
  yield* splitter.end();
  return { lines: splitter.line };
}

/**
 * Reads the whole dump without a database. So it finds these faults before the import creates anything: an incomplete
 * file, several databases, or a file that is no dump of a schema with its rows.
 *
 * @throws DumpError as above
 */
export async function survey(file: string, maxStatementBytes: number): Promise<Survey> {
  const { bytes, complete } = await readEnds(file);
  const kinds = new Map<string, number>();
  const leftOut = new Map<string, number>();
  let longest = { bytes: 0, line: 1 };
  let transaction: number | undefined;
  let database: string | undefined;
  const statements = readDump(file, maxStatementBytes);
  let next = await statements.next();
  for (; !next.done; next = await statements.next()) {
    const { line, text } = next.value;
    const statement = interpret(next.value);
    if (statement.leftOut) count(leftOut, statement.leftOut);
    else count(kinds, statement.kind);
    if (text.length > longest.bytes) longest = { bytes: text.length, line };
    database = oneDatabase(line, statement, database);
    if (statement.kind === 'START TRANSACTION' || statement.kind === 'BEGIN') transaction = line;
    if (statement.kind === 'COMMIT') transaction = undefined;
  }
  const { lines } = next.value;
  if (!complete) throw new DumpError(lines, 'the file ends without its line "-- Dump completed": it is incomplete');
  if (transaction !== undefined) {
    throw new DumpError(
      lines,
      `the file ends before the COMMIT of line ${transaction}'s transaction: it is incomplete`,
    );
  }
  if (!kinds.has('CREATE TABLE')) throw new DumpError(lines, 'the file creates no table: it is no dump of a database');
  return { bytes, lines, kinds, leftOut, longest };
}

/** @returns the database of the dump */
function oneDatabase(line: number, { kind, object }: Interpreted, known: string | undefined): string | undefined {
  if (kind !== 'USE' || object === undefined) return known;
  if (known === undefined || known === object) return object;
  throw new DumpError(
    line,
    `the dump holds several databases (${known}, ${object}): dump the one of the service alone`,
  );
}

function count(counts: Map<string, number>, key: string): void {
  void counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * Checks the first and the last bytes. mysqldump marks a complete dump at its end; only this mark reveals a file that was cut
 * between two statements.
 */
async function readEnds(file: string): Promise<{ bytes: number; complete: boolean }> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const textAt = async (position: number): Promise<string> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(END_BYTES), 0, END_BYTES, Math.max(0, position));
    return buffer.toString('latin1', 0, bytesRead);
  };
  const head = await textAt(0);
  if (head.startsWith('\x1f\x8b') || head.startsWith('PK'))
    throw new DumpError(1, 'the file is compressed: unpack it first');
  if (head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff')) {
    throw new DumpError(1, 'the file is UTF-16, as a redirection in PowerShell writes it: dump with --result-file');
  }
  const saysItsEnd = /^-- (?:MySQL|MariaDB) dump /m.test(head);
  return { bytes: size, complete: !saysItsEnd || /^-- Dump completed/m.test(await textAt(size - END_BYTES)) };
}

/** Removes the byte order mark of UTF-8. */
function withoutMark(chunk: Buffer): Buffer {
  return chunk.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? chunk.subarray(3) : chunk;
}

const CHUNK_BYTES = 2 ** 20;
const END_BYTES = 4096;
