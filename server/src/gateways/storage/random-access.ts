import { buffer } from 'node:stream/consumers';
import type { Storage, StoredObject } from './storage.ts';

const BLOCK_BYTES = 1024 ** 2;

/**
 * Reads a stored object by positions, a block at a time, without a copy of the whole: for whoever reads a little here
 * and there, mostly onwards. One read at a time.
 */
export function randomAccess(storage: Storage, { key, size }: Pick<StoredObject, 'key' | 'size'>) {
  let block: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };

  const blockFrom = async (start: number, length: number): Promise<Buffer> => {
    const end = Math.min(size, start + Math.max(length, BLOCK_BYTES)) - 1;
    return await buffer(await storage.read(key, { start, end }));
  };

  const read = async (position: number, length: number): Promise<Buffer> => {
    const wanted = Math.max(0, Math.min(length, size - position));
    if (wanted === 0) return Buffer.alloc(0);
    const at = position - block.start;
    if (at < 0 || at + wanted > block.bytes.length) {
      block = { start: position, bytes: await blockFrom(position, wanted) };
    }
    const from = position - block.start;
    return block.bytes.subarray(from, from + wanted);
  };

  return { size, read };
}
