import { Readable } from 'node:stream';

type Next = 'bytes' | 'end' | 'broken' | 'silent';

/**
 * The body of a request, in pieces of a bounded length. A connection that breaks or falls silent only ends the piece
 * under way: what has arrived until then is kept.
 */
export class ArrivingBytes implements Disposable {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #silenceMs: number;
  #rest: Buffer | null = null;
  #end: Exclude<Next, 'bytes'> | null = null;

  /** @param silenceMs after which a connection that sends nothing counts as broken */
  constructor(body: Readable, silenceMs: number) {
    // An error after the last read has no other listener, and would end the process.
    body.on('error', () => undefined);
    this.#chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    this.#silenceMs = silenceMs;
  }

  /** Leaves the rest of the body to whoever answers. */
  [Symbol.dispose](): void {
    void this.#chunks.return?.().catch(() => undefined);
  }

  /** Waits for further bytes; how the body ended, when there are none. */
  async next(): Promise<Next> {
    if (this.#rest) return 'bytes';
    if (this.#end) return this.#end;
    const { promise: silent, resolve } = Promise.withResolvers<'silent'>();
    const timer = setTimeout(resolve, this.#silenceMs, 'silent');
    const reading = this.#chunks.next().catch(() => 'broken' as const);
    const read = await Promise.race([reading, silent]);
    clearTimeout(timer);
    if (typeof read === 'string') this.#end = read;
    else if (read.done) this.#end = 'end';
    else this.#rest = read.value;
    return this.#end ?? 'bytes';
  }

  /** The first bytes that wait, without taking them. */
  get head(): Buffer | null {
    return this.#rest;
  }

  /** A stream of the next bytes: as many as `most`, or those until the body ends or breaks off. */
  piece(most: number): Readable {
    return Readable.from(this.#take(most), { objectMode: false });
  }

  async *#take(most: number): AsyncGenerator<Buffer> {
    for (let left = most; left > 0 && (await this.next()) === 'bytes';) {
      const chunk = this.#rest as Buffer;
      const taken = chunk.subarray(0, left);
      this.#rest = taken.length < chunk.length ? chunk.subarray(taken.length) : null;
      left -= taken.length;
      yield taken;
    }
  }
}
