import { Transform, pipeline, type Readable, type TransformCallback } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { AppError, invalidField } from '../../base/errors.ts';
import type { StoredObject } from '../../gateways/storage/storage.ts';

/** Text fields of one form, their length in bytes, and what the form may weigh beside its file. */
const MAX_FIELDS = 40;
const MAX_FIELD_BYTES = 16 * 1024;
const FORM_BYTES = 1024 * 1024;

/** Local file header, end of an empty archive, spanning marker. */
const SIGNATURES = new Set([0x04034b50, 0x06054b50, 0x08074b50]);

export interface UploadRules {
  /** Bytes of the file. */
  readonly maxBytes: number;
  /**
   * Called with the fields that came before the file, when the file begins and nothing of it has been read.
   *
   * @returns false when the file is not wanted
   */
  admit(fields: ReadonlyMap<string, string>): Promise<boolean>;
  store(source: Readable, signal: AbortSignal): Promise<StoredObject>;
  /** Takes back what `store` has stored, when the form turns out to be no good. */
  discard(stored: StoredObject): Promise<void>;
}

export interface Upload {
  readonly fields: ReadonlyMap<string, string>;
  /** `null` when `admit` did not want it. */
  readonly stored: StoredObject | null;
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('too_large', `El archivo supera el máximo de ${Math.floor(maxBytes / 1024 ** 2)} MB`);
}

function malformed(cause?: unknown): AppError {
  return new AppError('malformed', 'El formulario está incompleto o mal formado: la subida se interrumpió', { cause });
}

/** Lets a ZIP within the bound pass; fails at the first bytes of anything else and at the first byte too many. */
class ZipGate extends Transform {
  readonly #maxBytes: number;
  #head = Buffer.alloc(0);
  #bytes = 0;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  #isZip(): boolean {
    return this.#head.length >= 4 && SIGNATURES.has(this.#head.readUInt32LE(0));
  }

  #refusal(): AppError {
    const why = this.#bytes === 0 ? 'El archivo está vacío' : 'El archivo no es un ZIP';
    return new AppError('bad_request', `${why}: comprima la carpeta del estudio en formato ZIP y súbala de nuevo`);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#head.length < 4) this.#head = Buffer.concat([this.#head, chunk.subarray(0, 4)]);
    if (this.#head.length >= 4 && !this.#isZip()) done(this.#refusal());
    else if (this.#bytes > this.#maxBytes) done(tooLarge(this.#maxBytes));
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.#isZip() ? null : this.#refusal());
  }
}

function parserOf(req: Request): busboy.Busboy {
  if (!req.is('multipart/form-data')) {
    throw new AppError('unsupported_media_type', 'El contenido debe enviarse como multipart/form-data');
  }
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, fieldNameSize: 100, files: 2, parts: MAX_FIELDS + 2 },
    });
  } catch (error) {
    throw malformed(error);
  }
}

function tooMuch(): AppError {
  return invalidField(['body'], `El formulario admite ${MAX_FIELDS} campos y un archivo`, 'too_big');
}

/**
 * Reads a multipart form of text fields and one ZIP (`file`), in any order, and streams the ZIP to its place. The
 * file is never in memory and the connection is read no faster than the storage writes. Whatever goes wrong, also a
 * client that breaks off, nothing stays stored.
 *
 * @throws AppError 413 as soon as the bound is passed, 415 for another content type, 400 for a broken form or what is
 * no ZIP, 422 without exactly one file
 */
export async function receiveUpload(req: Request, rules: UploadRules): Promise<Upload> {
  const bound = rules.maxBytes + FORM_BYTES;
  if (Number(req.headers['content-length'] ?? 0) > bound) throw tooLarge(rules.maxBytes);
  const form = parserOf(req);
  const fields = new Map<string, string>();
  const breakOff = new AbortController();
  const parsed = Promise.withResolvers<boolean>();
  let storing: Promise<StoredObject | null> | undefined;
  let read = 0;

  const take = async (stream: Readable): Promise<StoredObject | null> => {
    if (!(await rules.admit(fields))) {
      parsed.resolve(false);
      return null;
    }
    const gate = new ZipGate(rules.maxBytes);
    pipeline(stream, gate, () => undefined);
    return await rules.store(gate, breakOff.signal);
  };

  form.on('field', (name, value, { nameTruncated, valueTruncated }) => {
    if (nameTruncated || valueTruncated)
      parsed.reject(invalidField(['body', name], 'El campo es demasiado largo', 'too_big'));
    else fields.set(name, value);
  });
  form.on('file', (name, stream) => {
    // Without a listener, the error that ends a stream nobody reads any more would end the process.
    stream.on('error', () => undefined);
    if (storing) return parsed.reject(invalidField(['body', 'file'], 'Adjunte un solo archivo', 'too_big'));
    if (name !== 'file') return parsed.reject(invalidField(['body', name ?? 'file'], 'El archivo va en el campo file'));
    storing = take(stream);
    storing.catch(parsed.reject);
  });
  for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const)
    form.on(limit, () => parsed.reject(tooMuch()));
  form.on('error', (error) => parsed.reject(malformed(error)));
  form.on('finish', () => parsed.resolve(true));
  const onData = (chunk: Buffer): void => {
    read += chunk.length;
    if (read > bound) parsed.reject(tooLarge(rules.maxBytes));
  };
  // The request closes too when it has been read to its end, while its last bytes are still on their way to the disk.
  const onClose = (): void => {
    if (!req.complete) parsed.reject(malformed());
  };
  req.on('data', onData).once('close', onClose).once('error', onClose);
  req.pipe(form);

  try {
    const complete = await parsed.promise;
    if (complete && !storing) throw invalidField(['body', 'file'], 'Adjunte un archivo ZIP', 'missing');
    return { fields, stored: (await storing) ?? null };
  } catch (error) {
    breakOff.abort(error);
    form.destroy();
    const stored = await storing?.catch(() => null);
    if (stored) await rules.discard(stored);
    throw error;
  } finally {
    req.off('data', onData).off('close', onClose);
    req.unpipe(form);
    form.destroy();
  }
}
