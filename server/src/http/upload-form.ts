import { createHash } from 'node:crypto';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { AppError, invalidField } from '../base/errors.ts';
import { ZIP_SIGNATURES } from '../base/zip-signatures.ts';

/** Text fields of one form, their length in bytes, and what the form may weigh beside its file. */
const MAX_FIELDS = 40;
const MAX_FIELD_BYTES = 16 * 1024;
const FORM_BYTES = 1024 * 1024;

/** How a ZIP may begin. */
const BEGINNINGS: ReadonlySet<number> = new Set([
  ZIP_SIGNATURES.localFile,
  ZIP_SIGNATURES.end,
  ZIP_SIGNATURES.spanning,
]);

/** The text fields of a form by their names. */
export type Fields = ReadonlyMap<string, string>;

/** A form that is being received: what stands before its file, and the file while it arrives. */
export interface UploadForm {
  readonly fieldsBefore: Fields;
  readonly file: UploadedFile;
  /**
   * The fields behind the file, once the form has been received to its end. The file must be read first.
   *
   * @throws AppError of whatever is wrong with the form
   */
  fieldsAfter(): Promise<Fields>;
}

/** Whether these first bytes can be those of a ZIP; fewer than four leave it open. */
export function beginsAsZip(head: Buffer | null): boolean {
  return !head || head.length < 4 || BEGINNINGS.has(head.readUInt32LE(0));
}

/** @param bytes of the file */
export function notZip(bytes: number): AppError {
  const why = bytes === 0 ? 'El archivo está vacío' : 'El archivo no es un ZIP';
  return new AppError('bad_request', `${why}: comprima la carpeta del estudio en formato ZIP y súbala de nuevo`);
}

export function tooLarge(maxBytes: number): AppError {
  return new AppError('too_large', `El archivo supera el máximo de ${Math.floor(maxBytes / 1024 ** 2)} MB`);
}

function malformed(cause?: unknown): AppError {
  return new AppError('malformed', 'El formulario está incompleto o mal formado: la subida se interrumpió', { cause });
}

function tooMuch(): AppError {
  return invalidField(['body'], `El formulario admite ${MAX_FIELDS} campos y un archivo`, 'too_big');
}

/**
 * The bytes of a ZIP. The stream fails with an AppError at the first bytes of anything else, at the first byte too many,
 * and when the form breaks off.
 */
export class UploadedFile extends Transform {
  readonly #maxBytes: number;
  readonly #hash = createHash('sha256');
  #head = Buffer.alloc(0);
  #bytes = 0;
  #fault: AppError | null = null;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
    // An error after the last read has no other listener, and would end the process.
    this.on('error', () => undefined);
  }

  /** Ends the stream with an error; the first one counts. */
  fail(fault: AppError): void {
    this.#fault ??= fault;
    this.destroy(fault);
  }

  /**
   * Waits for the reader of the file. A reader that begins after the file has failed only finds a closed stream: then the
   * fault of the file counts.
   */
  async readBy<T>(reader: Promise<T>): Promise<T> {
    return await reader.catch((error: unknown) => {
      throw this.#fault ?? error;
    });
  }

  /** SHA-256 of the whole file in hex. To be called once, after the end of the stream. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  #isZip(): boolean {
    return this.#head.length >= 4 && beginsAsZip(this.#head);
  }

  #refuse(fault: AppError, done: TransformCallback): void {
    this.#fault ??= fault;
    done(fault);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#head.length < 4) this.#head = Buffer.concat([this.#head, chunk.subarray(0, 4)]);
    if (this.#head.length >= 4 && !this.#isZip()) return this.#refuse(notZip(this.#bytes), done);
    if (this.#bytes > this.#maxBytes) return this.#refuse(tooLarge(this.#maxBytes), done);
    this.#hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    if (this.#isZip()) done(null);
    else this.#refuse(notZip(this.#bytes), done);
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

/** The form of one request. Every fault ends the wait for the file, the file itself, and the wait for the form's end. */
class IncomingForm implements UploadForm, AsyncDisposable {
  readonly fieldsBefore = new Map<string, string>();
  readonly file: UploadedFile;
  readonly #req: Request;
  readonly #parser: busboy.Busboy;
  readonly #maxBytes: number;
  readonly #fieldsAfter = new Map<string, string>();
  readonly #began = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #hasFile = false;
  #bytes = 0;

  constructor(req: Request, maxBytes: number) {
    this.#req = req;
    this.#maxBytes = maxBytes;
    this.#parser = parserOf(req);
    this.file = new UploadedFile(maxBytes);
    // Either may fail while nobody waits for it.
    this.#began.promise.catch(() => undefined);
    this.#ended.promise.catch(() => undefined);
    this.#parser
      .on('field', this.#onField)
      .on('file', this.#onFile)
      .on('fieldsLimit', () => this.#fail(tooMuch()))
      .on('filesLimit', () => this.#fail(tooMuch()))
      .on('partsLimit', () => this.#fail(tooMuch()))
      .on('error', (error) => this.#fail(malformed(error)))
      .on('finish', this.#onFinish);
    req.on('data', this.#onData).once('close', this.#onClose).once('error', this.#onClose);
    req.pipe(this.#parser);
  }

  /** Resolves when the file begins. */
  async fileBegins(): Promise<void> {
    await this.#began.promise;
  }

  async fieldsAfter(): Promise<Fields> {
    await this.#ended.promise;
    return this.#fieldsAfter;
  }

  /** Reads no further. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#req.off('data', this.#onData).off('close', this.#onClose).off('error', this.#onClose);
    this.#req.unpipe(this.#parser);
    this.#parser.destroy();
    this.file.destroy();
  }

  #fail(fault: AppError): void {
    this.#began.reject(fault);
    this.#ended.reject(fault);
    this.file.fail(fault);
  }

  readonly #onField = (
    name: string,
    value: string,
    info: { nameTruncated: boolean; valueTruncated: boolean },
  ): void => {
    if (name === 'file') {
      this.#fail(invalidField(['body', name], 'Adjunte el ZIP como archivo, con su nombre (filename)', 'missing'));
    } else if (info.nameTruncated || info.valueTruncated) {
      this.#fail(invalidField(['body', name], 'El campo es demasiado largo', 'too_big'));
    } else (this.#hasFile ? this.#fieldsAfter : this.fieldsBefore).set(name, value);
  };

  readonly #onFile = (name: string | undefined, stream: Readable): void => {
    stream.on('error', (error) => this.#fail(malformed(error)));
    if (this.#hasFile) return this.#fail(invalidField(['body', 'file'], 'Adjunte un solo archivo', 'too_big'));
    if (name !== 'file') return this.#fail(invalidField(['body', name ?? 'file'], 'El archivo va en el campo file'));
    this.#hasFile = true;
    stream.pipe(this.file);
    this.#began.resolve();
  };

  readonly #onFinish = (): void => {
    if (this.#hasFile) this.#ended.resolve();
    else this.#fail(invalidField(['body', 'file'], 'Adjunte un archivo ZIP', 'missing'));
  };

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes + FORM_BYTES) this.#fail(tooLarge(this.#maxBytes));
  };

  // The request closes too when it has been read to its end, while its last bytes are still on their way to the disk.
  readonly #onClose = (): void => {
    if (!this.#req.complete) this.#fail(malformed());
  };
}

/**
 * Receives a multipart form of text fields and one ZIP (`file`), in any order, up to the beginning of the file. Nothing
 * is kept in memory but the fields, and the connection is read no faster than the file. Disposing the form stops reading.
 *
 * @param maxBytes of the file
 * @throws AppError 413 for a request whose length is past the bound, 415 for another content type, 400 for a broken form,
 * 422 without exactly one file
 */
export async function receiveUploadForm(req: Request, maxBytes: number): Promise<UploadForm & AsyncDisposable> {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes + FORM_BYTES) throw tooLarge(maxBytes);
  await using stack = new AsyncDisposableStack();
  const form = stack.use(new IncomingForm(req, maxBytes));
  await form.fileBegins();
  stack.move();
  return form;
}
