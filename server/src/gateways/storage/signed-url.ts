import { createHmac } from 'node:crypto';
import { type KeyRing, sameSecret } from '../../base/secret.ts';
import type { UrlTerms } from './storage.ts';

/** What a signed URL lets its holder fetch, until when. */
export interface FileGrant {
  readonly key: string;
  /** Name that the browser saves the file under. */
  readonly filename: string;
  readonly type: string;
  /** Seconds since 1970. */
  readonly expires: number;
  /** Set when it is one file of the ZIP that is stored under the key, by its name. */
  readonly entry?: string;
}

function macOf(secret: Buffer, payload: string): string {
  return createHmac('sha256', secret).update(payload).digest('base64url');
}

/** A token that names one stored file and its expiry, for the path of a URL. */
function signFileGrant(secret: Buffer, { key, filename, type, expires, entry }: FileGrant): string {
  const parts = [key, filename, type, expires, ...(entry === undefined ? [] : [entry])];
  const payload = Buffer.from(JSON.stringify(parts)).toString('base64url');
  return `${payload}.${macOf(secret, payload)}`;
}

/** The grant behind a token; `null` when none of these secrets has signed it, or it has expired. */
export function readFileGrant(secrets: KeyRing, token: string, now: Date): FileGrant | null {
  const [payload = '', signature = '', ...rest] = token.split('.');
  // base64url has several spellings of one signature: only the one that was issued is taken
  if (rest.length > 0 || !secrets.some((secret) => sameSecret(signature, macOf(secret, payload)))) return null;
  const [key, filename, type, expires, entry] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
    string,
    string,
    string,
    number,
    string?,
  ];
  if (now.getTime() >= expires * 1000) return null;
  return { key, filename, type, expires, ...(entry === undefined ? {} : { entry }) };
}

/** What URLs of this service's own are made with. */
export interface UrlSigner {
  readonly secret: Buffer;
  readonly clock: () => Date;
}

/**
 * The URL under which this service itself serves a stored file to whoever has it.
 *
 * @param entry for one file of the ZIP that is stored under the key
 */
export function ownUrl({ secret, clock }: UrlSigner, key: string, terms: UrlTerms, entry?: string): string {
  const { filename, type, expiresSeconds, baseUrl } = terms;
  const expires = Math.floor(clock().getTime() / 1000) + expiresSeconds;
  const grant = { key, filename, type, expires, ...(entry === undefined ? {} : { entry }) };
  return `${baseUrl}/som3d/files/${signFileGrant(secret, grant)}`;
}
