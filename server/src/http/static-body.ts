import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** The best first. */
const ENCODINGS = ['br', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];

const COMPRESS: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  // 11 takes seconds for a bundle; 9 is 4 % larger.
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

interface Packed {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** A body that never changes while the process runs. It is made, and compressed, for who asks first. */
export class StaticBody {
  readonly #make: () => Buffer | Promise<Buffer>;
  readonly #packed = new Map<Encoding | 'identity', Promise<Packed>>();

  constructor(make: () => Buffer | Promise<Buffer>) {
    this.#make = make;
  }

  /** Answers with the body in the encoding that the caller accepts, or with 304. The caller has set the type. */
  async send(req: Request, res: Response): Promise<void> {
    const accepted = req.acceptsEncodings();
    const encoding = ENCODINGS.find((name) => accepted.includes(name)) ?? 'identity';
    const { bytes, etag } = await this.#in(encoding);
    if (encoding !== 'identity') res.set('content-encoding', encoding);
    res.vary('accept-encoding').set('etag', etag).send(bytes);
  }

  async #in(encoding: Encoding | 'identity'): Promise<Packed> {
    const packed = this.#packed.get(encoding) ?? this.#pack(encoding);
    this.#packed.set(encoding, packed);
    // The next one may read the file that this one could not.
    packed.catch(() => this.#packed.delete(encoding));
    return await packed;
  }

  async #pack(encoding: Encoding | 'identity'): Promise<Packed> {
    if (encoding !== 'identity') {
      const { bytes, etag } = await this.#in('identity');
      return { bytes: await COMPRESS[encoding](bytes), etag };
    }
    const bytes = await this.#make();
    return { bytes, etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` };
  }
}
