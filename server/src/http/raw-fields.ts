import busboy from 'busboy';
import express, { type Request, type Response } from 'express';
import { AppError } from '../base/errors.ts';
import { isRecord, parseKeepingNumbers } from '../base/raw-json.ts';

type Fields = Record<string, string>;

const MAX_FIELDS = 300;
const FORM = 'application/x-www-form-urlencoded';
const TYPES = [FORM, 'multipart/form-data', 'application/json', 'application/*+json', 'text/plain'];

function malformed(cause?: unknown): AppError {
  return new AppError('malformed', 'El contenido no se puede leer: no es un formulario ni un objeto JSON', { cause });
}

function fromForm(text: string): Fields {
  return Object.fromEntries([...new URLSearchParams(text)].slice(0, MAX_FIELDS));
}

/** Numbers keep their source text; nested values carry no field and are left out. */
function fromJson(text: string): Fields {
  let value: unknown;
  try {
    value = parseKeepingNumbers(text);
  } catch (error) {
    throw malformed(error);
  }
  if (!isRecord(value)) throw malformed();
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => ['string', 'number', 'boolean'].includes(typeof field))
      .slice(0, MAX_FIELDS)
      .map(([name, field]) => [name, String(field)]),
  );
}

async function fromMultipart(req: Request, body: Buffer): Promise<Fields> {
  const fields: Fields = {};
  try {
    const parser = busboy({ headers: req.headers, limits: { files: 0, fields: MAX_FIELDS } });
    await new Promise<void>((resolve, reject) => {
      parser.on('field', (name, value) => {
        fields[name] = value;
      });
      parser.on('close', resolve).on('error', reject);
      parser.end(body);
    });
  } catch (error) {
    throw malformed(error);
  }
  return fields;
}

async function fieldsOf(req: Request, body: Buffer): Promise<Fields> {
  if (req.is('multipart/form-data')) return await fromMultipart(req, body);
  const text = body.toString('utf8');
  if (req.is(['application/json', 'application/*+json'])) return fromJson(text);
  return text.trimStart().startsWith('{') ? fromJson(text) : fromForm(text);
}

/**
 * Reads flat fields in whichever encoding they come into `req.body`, each as the text that was sent: what is signed over
 * such values must not be formatted again. A body without a media type counts as a form.
 *
 * @param limit in bytes
 * @throws AppError 400, 415, or the error of a body that is too large
 */
export async function readRawFields(req: Request, res: Response, limit: number): Promise<void> {
  if (req.headers['content-type'] && !req.is(TYPES)) {
    throw new AppError('unsupported_media_type', `El contenido debe enviarse como ${TYPES.slice(0, 3).join(', ')}`);
  }
  const readBytes = express.raw({ limit, type: () => true });
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error?: unknown) => (error instanceof Error ? reject(error) : resolve()));
  });
  const body: unknown = req.body;
  req.body = await fieldsOf(req, Buffer.isBuffer(body) ? body : Buffer.alloc(0));
}
