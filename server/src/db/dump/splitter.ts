import { DumpError } from './errors.ts';

/** One statement of a dump, without its delimiter and without the comments before it. */
export interface Statement {
  /** First line of the statement; 1 for the first line of the dump. */
  readonly line: number;
  /** Bytes of the dump up to the end of the statement. */
  readonly end: number;
  /** One character for each byte, so that invalid text passes through unchanged. */
  readonly text: string;
}

/**
 * Splits a MySQL dump into statements as the server's own command-line client does: it knows strings, quoted names,
 * comments and `DELIMITER` lines. Conditional comments (`/*!`) go to the server whole.
 *
 * It works on bytes in chunks of any size, and holds at most one statement and one chunk. It supports every character set
 * in which ASCII bytes never belong to another character (UTF-8, Latin-1; not GBK, not Shift-JIS).
 */
export class StatementSplitter {
  readonly #maxBytes: number;
  #buffer = Buffer.alloc(0);
  /** Offsets in the buffer: its filled end, the scan position, the statement's first byte, the end of the counted lines. */
  #filled = 0;
  #position = 0;
  #start: number | undefined;
  #counted = 0;
  /** Bytes of the dump before the buffer, and the line at `#counted`. */
  #dropped = 0;
  #line = 1;
  #mode: 'code' | 'quote' | 'line comment' | 'comment' = 'code';
  #quote = 0;
  #conditional = false;
  #delimiter: Buffer = Buffer.from(';');
  #plain = plainBytes(this.#delimiter);

  /** @param maxBytes a longer statement is refused */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The number of the last line so far; the empty rest after a line end is no line. */
  get line(): number {
    return this.#lineAt(Math.max(0, this.#filled - 1));
  }

  /**
   * @returns the statements that this chunk completes; consume all of them before the next chunk
   * @throws DumpError when a statement is longer than allowed
   */
  *push(chunk: Buffer): Generator<Statement, void> {
    this.#append(chunk);
    yield* this.#scan(false);
    if (this.#start !== undefined) this.#checkLength(this.#start, this.#filled);
  }

  /**
   * Ends the dump.
   *
   * @throws DumpError when it ends inside a statement or a comment
   */
  *end(): Generator<Statement, void> {
    yield* this.#scan(true);
    if (this.#start !== undefined) {
      throw new DumpError(
        this.#lineAt(this.#start),
        'the file ends inside the statement that begins here: it is cut off',
      );
    }
    const { line } = this;
    if (this.#mode === 'comment') throw new DumpError(line, 'the file ends inside a comment: it is incomplete');
    if (!this.#delimiter.equals(SEMICOLON)) {
      throw new DumpError(line, 'the file ends before its DELIMITER is reset: it is incomplete');
    }
  }

  /** Makes room: it drops consumed bytes, otherwise it doubles the buffer. So each byte is copied a constant number of times. */
  #append(chunk: Buffer): void {
    if (this.#filled + chunk.length > this.#buffer.length) {
      const keep = this.#start ?? this.#position;
      this.#lineAt(keep);
      const needed = this.#filled - keep + chunk.length;
      const target =
        needed > this.#buffer.length ? Buffer.alloc(Math.max(needed, 2 * this.#buffer.length)) : this.#buffer;
      this.#buffer.copy(target, 0, keep, this.#filled);
      this.#buffer = target;
      this.#dropped += keep;
      this.#filled -= keep;
      this.#position -= keep;
      this.#counted -= keep;
      if (this.#start !== undefined) this.#start = 0;
    }
    chunk.copy(this.#buffer, this.#filled);
    this.#filled += chunk.length;
  }

  *#scan(last: boolean): Generator<Statement, void> {
    while (this.#position < this.#filled) {
      const before = this.#position;
      const statement = this.#step(last);
      if (statement) yield statement;
      // the next bytes decide how to continue
      else if (this.#position === before) return;
    }
  }

  #step(last: boolean): Statement | undefined {
    if (this.#mode === 'code') return this.#readCode(last);
    if (this.#mode === 'quote') this.#skipQuoted();
    else if (this.#mode === 'comment') this.#skipTo('*/', 2);
    else this.#skipTo('\n', 0);
    return undefined;
  }

  #skipQuoted(): void {
    const escapes = this.#quote !== BACKTICK;
    let at = this.#position;
    while (at < this.#filled) {
      const byte = this.#buffer[at];
      // the byte after a backslash can be in the next chunk: the position is then one past the end
      at += escapes && byte === BACKSLASH ? 2 : 1;
      if (byte !== this.#quote) continue;
      this.#mode = 'code';
      break;
    }
    this.#position = at;
  }

  #skipTo(closing: string, length: number): void {
    const found = this.#filledPart().indexOf(closing, this.#position, 'latin1');
    if (found === -1) {
      this.#position = Math.max(this.#position, this.#filled - closing.length + 1);
      return;
    }
    this.#position = found + length;
    this.#mode = 'code';
  }

  /** @returns the statement that ends here; undefined when the mode changed or more bytes are needed */
  #readCode(last: boolean): Statement | undefined {
    const lookahead = Math.max(this.#delimiter.length, KEYWORD.length + 1);
    while (this.#position < this.#filled) {
      if (this.#start !== undefined && this.#plain[this.#buffer[this.#position] ?? 0]) {
        this.#position++;
        continue;
      }
      if (!last && this.#filled - this.#position < lookahead) return undefined;
      if (!this.#conditional && this.#at(this.#delimiter)) return this.#finish();
      if (this.#start === undefined && this.#atKeyword()) {
        if (!this.#readDelimiter(last)) return undefined;
        continue;
      }
      this.#readByte();
      if (this.#mode !== 'code') return undefined;
    }
    return undefined;
  }

  #readByte(): void {
    const byte = this.#byte(0);
    const next = this.#byte(1);
    if (byte === HASH || (byte === DASH && next === DASH && this.#byte(2) <= SPACE)) {
      this.#mode = 'line comment';
      this.#position++;
      return;
    }
    if (byte === SLASH && next === STAR && !this.#atConditional()) {
      this.#mode = 'comment';
      this.#position += 2;
      return;
    }
    // a second delimiter after a statement is an empty statement
    if (this.#start === undefined && (byte <= SPACE || byte === SEMICOLON[0])) {
      this.#position++;
      return;
    }
    this.#start ??= this.#position;
    if (byte === APOSTROPHE || byte === QUOTATION || byte === BACKTICK) {
      this.#mode = 'quote';
      this.#quote = byte;
    }
    const opens = byte === SLASH && next === STAR;
    const closes = this.#conditional && byte === STAR && next === SLASH;
    if (opens || closes) this.#conditional = opens;
    this.#position += opens || closes ? 2 : 1;
  }

  #finish(): Statement | undefined {
    const start = this.#start;
    const end = this.#position;
    this.#position += this.#delimiter.length;
    this.#start = undefined;
    if (start === undefined) return undefined;
    this.#checkLength(start, end);
    const text = this.#buffer.toString('latin1', start, end).trimEnd();
    return { line: this.#lineAt(start), end: this.#dropped + this.#position, text };
  }

  /** @returns false while its line is incomplete */
  #readDelimiter(last: boolean): boolean {
    const from = this.#position + KEYWORD.length;
    const found = this.#filledPart().indexOf('\n', from);
    if (found === -1 && !last && this.#filled - from < MAX_DELIMITER_LINE) return false;
    const end = found === -1 ? this.#filled : found;
    const [word = ''] = this.#buffer.toString('latin1', from, end).trim().split(/\s/);
    const delimiter = word.replace(/^(['"`])(.+)\1$/, '$2');
    if (delimiter === '' || delimiter.length > MAX_DELIMITER || delimiter.includes('\\')) {
      throw new DumpError(this.#lineAt(this.#position), 'DELIMITER is not followed by a delimiter');
    }
    this.#delimiter = Buffer.from(delimiter, 'latin1');
    this.#plain = plainBytes(this.#delimiter);
    this.#position = end;
    return true;
  }

  #at(bytes: Buffer): boolean {
    if (this.#buffer[this.#position] !== bytes[0]) return false;
    return this.#filledPart()
      .subarray(this.#position, this.#position + bytes.length)
      .equals(bytes);
  }

  #atKeyword(): boolean {
    // most statements start with something else
    if ((this.#byte(0) | LOWER_CASE) !== SMALL_D || this.#byte(KEYWORD.length) > SPACE) return false;
    const end = Math.min(this.#position + KEYWORD.length, this.#filled);
    return this.#buffer.toString('latin1', this.#position, end).toUpperCase() === KEYWORD;
  }

  /** MySQL's and MariaDB's own: `/*!` and `/*M!`. */
  #atConditional(): boolean {
    return this.#byte(2) === BANG || (this.#byte(2) === CAPITAL_M && this.#byte(3) === BANG);
  }

  /** The byte at an offset from the position; 0 after the end. */
  #byte(ahead: number): number {
    const at = this.#position + ahead;
    return at < this.#filled ? (this.#buffer[at] ?? 0) : 0;
  }

  #filledPart(): Buffer {
    return this.#buffer.subarray(0, this.#filled);
  }

  #checkLength(start: number, end: number): void {
    if (end - start <= this.#maxBytes) return;
    const limit = `${Math.floor(this.#maxBytes / 2 ** 20)} MiB`;
    throw new DumpError(this.#lineAt(start), `the statement that starts here is longer than ${limit}`);
  }

  /** Counts forward only: call it in the order of the dump. */
  #lineAt(offset: number): number {
    while (this.#counted < offset) {
      const found = this.#buffer.subarray(0, offset).indexOf('\n', this.#counted);
      if (found === -1) break;
      this.#line++;
      this.#counted = found + 1;
    }
    this.#counted = Math.max(this.#counted, offset);
    return this.#line;
  }
}

/** For each byte: whether it has no special meaning inside a statement. */
function plainBytes(delimiter: Buffer): Uint8Array {
  const plain = new Uint8Array(256).fill(1);
  for (const byte of [HASH, DASH, SLASH, STAR, APOSTROPHE, QUOTATION, BACKTICK, delimiter[0] ?? 0]) plain[byte] = 0;
  return plain;
}

const [SPACE, BANG, QUOTATION, HASH, APOSTROPHE] = [0x20, 0x21, 0x22, 0x23, 0x27] as const;
const [STAR, DASH, SLASH, BACKSLASH, BACKTICK] = [0x2a, 0x2d, 0x2f, 0x5c, 0x60] as const;
const [CAPITAL_M, SMALL_D, LOWER_CASE] = [0x4d, 0x64, 0x20] as const;
const SEMICOLON = Buffer.from(';');
const KEYWORD = 'DELIMITER';
const MAX_DELIMITER = 16;
const MAX_DELIMITER_LINE = 1024;
