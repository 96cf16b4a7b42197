import { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { Request, Response } from 'express';
import { AppError } from '../base/errors.ts';
import type { ByteRange, Storage, StoredObject } from '../gateways/storage/storage.ts';
import type { ZippedFile } from '../gateways/storage/zip-entries.ts';
import { streamBody } from './stream.ts';

interface Presentation {
  /** Name that a browser saves the file under. */
  readonly filename: string;
  readonly type: string;
}

/** The answers of a route that sends a stored object. */
export type ObjectAnswer = { status: 200 | 206; body: Blob } | { status: 304; body: undefined };

/**
 * The one range of a `Range` header (RFC 9110, 14.2). What is no byte range, or is several, is ignored, as the
 * standard allows: the whole object is sent.
 *
 * @returns `undefined` for the whole object, `null` when the range lies outside of it
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, first = '', last = ''] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  return start < size ? { start, end: Math.min(last === '' ? size - 1 : Number(last), size - 1) } : null;
}

function matchesAny(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    header.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === etag)
  );
}

/** If-Range: the range holds only for the very object that the client has a part of. Dates count by the second. */
function rangeApplies(req: Request, object: StoredObject): boolean {
  const condition = req.get('if-range')?.trim();
  if (condition === undefined) return true;
  if (condition.startsWith('"')) return condition === object.etag;
  return Date.parse(condition) === Math.floor(object.modifiedAt.getTime() / 1000) * 1000;
}

/**
 * Answers with one file of a stored ZIP, or 304 when the caller has it already. It goes out whole: a compressed file has
 * no ranges.
 */
export async function sendZipped(
  { req, res }: { req: Request; res: Response },
  { file, read }: { file: ZippedFile; read: () => Promise<Readable> },
  type: string,
): Promise<ObjectAnswer> {
  res.set({ etag: file.etag, 'accept-ranges': 'none', 'cache-control': 'private, no-cache' });
  if (matchesAny(req.get('if-none-match'), file.etag)) return { status: 304, body: undefined };
  const body = req.method === 'HEAD' ? Readable.from([]) : await read();
  res.set({
    'content-type': type,
    'content-length': String(file.size),
    'content-disposition': contentDisposition(file.filename),
  });
  return { status: 200, body: streamBody(res, body) };
}

/**
 * Answers with a stored object: whole, one range of it, or 304 when the caller has it already.
 *
 * @throws AppError 416 for a range outside of the object, 404 when it is no longer stored
 */
export async function sendObject(
  { req, res, storage }: { req: Request; res: Response; storage: Storage },
  object: StoredObject,
  { filename, type }: Presentation,
): Promise<ObjectAnswer> {
  res.set({
    etag: object.etag,
    'last-modified': object.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
  });
  if (matchesAny(req.get('if-none-match'), object.etag)) return { status: 304, body: undefined };
  const range = rangeApplies(req, object) ? rangeOf(req.get('range'), object.size) : undefined;
  if (range === null) {
    throw new AppError('range_not_satisfiable', 'El rango pedido está fuera del archivo', {
      headers: { 'content-range': `bytes */${object.size}` },
    });
  }
  // A HEAD request wants the headers alone.
  const body = req.method === 'HEAD' ? Readable.from([]) : await storage.read(object.key, range);
  res.set({
    'content-type': type,
    'content-length': String(range ? range.end - range.start + 1 : object.size),
    'content-disposition': contentDisposition(filename),
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` } : {}),
  });
  return { status: range ? 206 : 200, body: streamBody(res, body) };
}
