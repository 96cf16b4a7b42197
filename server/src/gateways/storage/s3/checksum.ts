import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type ChecksumKind = 'CRC32' | 'SHA256';
export type ChecksumField = `Checksum${ChecksumKind}`;
/** A checksum as S3 names it in requests and answers, in base64. */
export type Checksums = { readonly [K in ChecksumField]?: string | undefined };

/** The checksum of bytes that come bit by bit. */
class Running {
  readonly #hash: ReturnType<typeof createHash> | null;
  #crc = 0;

  constructor(kind: ChecksumKind) {
    this.#hash = kind === 'SHA256' ? createHash('sha256') : null;
  }

  update(bytes: Uint8Array): void {
    if (this.#hash) this.#hash.update(bytes);
    else this.#crc = crc32(bytes, this.#crc);
  }

  digest(): Buffer {
    if (this.#hash) return this.#hash.digest();
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#crc);
    return bytes;
  }
}

function digestOf(kind: ChecksumKind, bytes: Uint8Array): Buffer {
  const running = new Running(kind);
  running.update(bytes);
  return running.digest();
}

/** The checksum that goes with a part, or with a whole object, as a field of the request; none for `none`. */
export function checksumOf(kind: ChecksumKind | 'none', bytes: Uint8Array): Checksums {
  return kind === 'none' ? {} : { [`Checksum${kind}`]: digestOf(kind, bytes).toString('base64') };
}

interface Stored {
  readonly kind: ChecksumKind;
  readonly value: string;
}

/** The first checksum that an answer carries. */
export function checksumIn(answer: Checksums): Stored | undefined {
  for (const kind of ['SHA256', 'CRC32'] as const) {
    const value = answer[`Checksum${kind}`];
    if (value !== undefined) return { kind, value };
  }
  return undefined;
}

/**
 * Checks contents against the checksum that is stored with them. That of an object uploaded in parts is the checksum of
 * its parts' checksums, with their number behind a dash: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export class ContentCheck {
  readonly #kind: ChecksumKind;
  readonly #expected: string;
  readonly #partBytes: number;
  readonly #done: Buffer[] = [];
  #running: Running;
  #inPart = 0;

  private constructor({ kind, value }: Stored, partBytes: number) {
    this.#kind = kind;
    this.#expected = value;
    this.#partBytes = partBytes;
    this.#running = new Running(kind);
  }

  /**
   * @param size of the whole object
   * @param partBytes size of every part but the last, when it is known
   * @returns null when there is nothing to check against, or parts that were not cut here: somebody has copied the object
   */
  static of(stored: Stored | undefined, size: number, partBytes: number | undefined): ContentCheck | null {
    if (!stored) return null;
    const parts = stored.value.split('-')[1];
    if (parts === undefined) return new ContentCheck(stored, Infinity);
    return partBytes && Math.ceil(size / partBytes) === Number(parts) ? new ContentCheck(stored, partBytes) : null;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#inPart === this.#partBytes) this.#endPart();
      const taken = Math.min(bytes.length - at, this.#partBytes - this.#inPart);
      this.#running.update(bytes.subarray(at, at + taken));
      this.#inPart += taken;
      at += taken;
    }
  }

  /** Whether everything that came is what was stored. */
  matches(): boolean {
    const [value = '', parts] = this.#expected.split('-');
    if (parts === undefined) return this.#running.digest().toString('base64') === value;
    this.#endPart();
    const whole = digestOf(this.#kind, Buffer.concat(this.#done)).toString('base64');
    return whole === value && this.#done.length === Number(parts);
  }

  #endPart(): void {
    this.#done.push(this.#running.digest());
    this.#running = new Running(this.#kind);
    this.#inPart = 0;
  }
}
