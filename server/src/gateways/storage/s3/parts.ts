import type { Readable } from 'node:stream';

/**
 * The least that S3 takes, all of one size, which some servers want. With the 10,000 parts that it allows an object may
 * have 48 GiB, three times the largest upload.
 */
export const PART_BYTES = 5 * 1024 ** 2;
/** Parts of one object that are held in memory at once. */
const PER_OBJECT = 4;
/** Parts of all objects together, as long as each gets one. */
const IN_ALL = 12;

export interface Part {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  readonly last: boolean;
  /** Says that the bytes are not needed any more; they are overwritten. */
  readonly release: () => void;
}

/** Memory for parts, shared by all objects that are being written. */
export class PartMemory {
  readonly #spare: Buffer[] = [];
  #objects = 0;

  /**
   * Cuts a stream into parts. The next part is read once there is memory for it, so that the source is read no faster
   * than parts are released. There is at least one part, also of an empty stream.
   */
  async *partsOf(source: Readable): AsyncGenerator<Part> {
    this.#objects += 1;
    const held = new Set<Buffer>();
    let freed = Promise.withResolvers<void>();
    const take = async (): Promise<Buffer> => {
      while (held.size >= Math.max(1, Math.min(PER_OBJECT, Math.floor(IN_ALL / this.#objects)))) {
        await freed.promise;
      }
      const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
      held.add(buffer);
      return buffer;
    };
    const partOf = (number: number, buffer: Buffer, length: number, last: boolean): Part => ({
      number,
      bytes: buffer.subarray(0, length),
      last,
      release: () => {
        if (!held.delete(buffer)) return;
        if (this.#spare.length < PER_OBJECT) this.#spare.push(buffer);
        freed.resolve();
        freed = Promise.withResolvers<void>();
      },
    });
    try {
      let buffer = await take();
      let filled = 0;
      let number = 1;
      for await (const chunk of source as AsyncIterable<Uint8Array | string>) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        for (let at = 0; at < bytes.length;) {
          if (filled === PART_BYTES) {
            yield partOf(number, buffer, filled, false);
            buffer = await take();
            number += 1;
            filled = 0;
          }
          const taken = bytes.subarray(at, at + PART_BYTES - filled);
          buffer.set(taken, filled);
          filled += taken.length;
          at += taken.length;
        }
      }
      yield partOf(number, buffer, filled, true);
    } finally {
      this.#objects -= 1;
    }
  }
}
