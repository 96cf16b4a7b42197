import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import bcrypt from 'bcrypt';
import { sameSecret } from '../../base/secret.ts';
import type { PasswordHash } from '../../config/sessions.ts';

/**
 * Password hashing. New hashes are argon2id in PHC form, or bcrypt as the predecessor writes it while an installation
 * keeps the way back to it open. Both kinds verify, and both run on the thread pool, never on the event loop.
 */
const derive = promisify(argon2);

/** OWASP's recommendation for argon2id: 19 MiB, 2 passes, 1 lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
/** The predecessor's cost. */
const BCRYPT_COST = 12;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const BCRYPT = /^\$2[aby]\$\d\d\$/;

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag` */
async function hashArgon2(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: password, nonce, tagLength: TAG_BYTES, ...COST });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`;
}

/** bcrypt reads a password up to its first NUL, and the predecessor refuses one that has it. */
function fitsBcrypt(password: string): boolean {
  return !password.includes('\0');
}

/** The hash that is stored of a password. @param kind as `SOM3D_PASSWORD_HASH` says */
export async function hashPassword(password: string, kind: PasswordHash): Promise<string> {
  return kind === 'bcrypt' && fitsBcrypt(password)
    ? await bcrypt.hash(password, BCRYPT_COST)
    : await hashArgon2(password);
}

export interface Verdict {
  readonly matches: boolean;
  /** The hash is of another kind or cost than is wanted: store a new one. */
  readonly outdated: boolean;
}

async function verifyArgon2(password: string, match: RegExpExecArray): Promise<Verdict> {
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const nonce = Buffer.from(match[4] ?? '', 'base64');
  const tag = Buffer.from(match[5] ?? '', 'base64');
  const params = { message: password, nonce, tagLength: tag.length, memory, passes, parallelism };
  const matches = sameSecret(await derive('argon2id', params), tag);
  const current = memory === COST.memory && passes === COST.passes && parallelism === COST.parallelism;
  return { matches, outdated: !current };
}

/**
 * Compares a password with a stored hash. A hash of an unknown kind matches nothing.
 *
 * @param kind that is wanted, as `SOM3D_PASSWORD_HASH` says
 */
export async function verifyPassword(password: string, hash: string, kind: PasswordHash): Promise<Verdict> {
  const phc = PHC.exec(hash);
  if (phc) {
    const verdict = await verifyArgon2(password, phc);
    return kind === 'bcrypt' ? { ...verdict, outdated: fitsBcrypt(password) } : verdict;
  }
  // bcrypt stops at the first NUL and at 72 bytes: the predecessor hashed the same way.
  if (BCRYPT.test(hash)) return { matches: await bcrypt.compare(password, hash), outdated: kind !== 'bcrypt' };
  return { matches: false, outdated: true };
}

let dummy: Promise<string> | undefined;

/** Spends the time of a comparison for an account that does not exist. */
export async function verifyNothing(password: string): Promise<void> {
  dummy ??= hashArgon2(randomBytes(12).toString('hex'));
  await verifyPassword(password, await dummy, 'argon2id');
}
