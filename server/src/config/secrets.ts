import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from './config.ts';

export interface Secrets {
  /** Signs access tokens. */
  readonly jwt: KeyObject;
  /** Signs the URLs of stored files. */
  readonly urls: Buffer;
  /** Seals the rows of the audit. */
  readonly audit: Buffer;
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

/** The secrets of the service: one is configured or generated, the others derive from it (HKDF, RFC 5869). */
export async function loadSecrets(config: Config): Promise<Secrets> {
  const jwt = config.JWT_SECRET ?? (await generatedSecret(config.dataDir));
  return {
    // jsonwebtoken would try to read a plain string as a public key on every request.
    jwt: createSecretKey(Buffer.from(jwt)),
    urls: Buffer.from(hkdfSync('sha256', jwt, '', 'som3d signed urls', 32)),
    audit: Buffer.from(hkdfSync('sha256', config.SOM3D_AUDIT_KEY ?? jwt, '', 'som3d audit chain', 32)),
  };
}
