import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type KeyRing, mapKeys } from '../base/secret.ts';
import type { Config } from './config.ts';

export interface Secrets {
  /** Signs access tokens. */
  readonly jwt: KeyRing<KeyObject>;
  /** Signs the URLs of stored files. */
  readonly urls: KeyRing;
  /** Seals the rows of the audit. */
  readonly audit: KeyRing;
  /** Keys of their own for a purpose, which names them. */
  readonly keysFor: (purpose: string) => KeyRing;
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

/**
 * Embedded mode generates its secret once and keeps it beside its data, readable for its user only. Two processes that
 * start at once use the same secret: the first complete file wins.
 */
async function generatedSecret(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'jwt-secret');
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return await readFile(file, 'utf8');
}

/**
 * The secrets of the service: one is configured or generated, the others derive from it (HKDF, RFC 5869). What
 * JWT_SECRET_PREVIOUS has signed is accepted as well.
 */
export async function loadSecrets(config: Config): Promise<Secrets> {
  const present = config.JWT_SECRET ?? (await generatedSecret(config.dataDir));
  const previous = config.JWT_SECRET_PREVIOUS;
  const secrets: KeyRing<string> = previous === undefined ? [present] : [present, previous];
  const sealing: KeyRing<string> =
    config.SOM3D_AUDIT_KEY === undefined ? secrets : [config.SOM3D_AUDIT_KEY, ...secrets];
  const keysFor = (purpose: string) => mapKeys(secrets, (secret) => derive(secret, purpose));
  return {
    // jsonwebtoken would try to read a plain string as a public key on every request.
    jwt: mapKeys(secrets, (secret) => createSecretKey(Buffer.from(secret))),
    urls: keysFor('som3d signed urls'),
    audit: mapKeys(sealing, (secret) => derive(secret, 'som3d audit chain')),
    keysFor,
  };
}
