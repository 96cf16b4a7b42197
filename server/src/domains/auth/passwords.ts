import { argon2, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import bcrypt from 'bcrypt';
import pLimit from 'p-limit';
import { sameSecret } from '../../base/secret.ts';
import type { Config } from '../../config/config.ts';

/**
 * Password hashing. New hashes are argon2id in PHC form, or bcrypt as the predecessor writes it while an installation
 * keeps the way back to it open. Both kinds verify, and both run on the thread pool, never on the event loop.
 */
const derive = promisify(argon2);

/** Half of the processors at most: a flood of logins leaves the others, and the thread pool, to all other routes. */
const inTurn = pLimit(Math.max(1, Math.floor(availableParallelism() / 2)));

/** Which hash is wanted of a password, and its cost. */
type Wanted = Pick<Config, 'SOM3D_PASSWORD_HASH' | 'SOM3D_PASSWORD_MEMORY_MIB'>;

/** OWASP's recommendation for argon2id: 2 passes and 1 lane over 19 MiB. */
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
/** The predecessor's cost. */
const BCRYPT_COST = 12;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const BCRYPT = /^\$2[aby]\$\d\d\$/;

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag` */
async function hashArgon2(password: string, wanted: Wanted): Promise<string> {
  const nonce = randomBytes(16);
  const cost = { memory: memoryKib(wanted), passes: PASSES, parallelism: LANES };
  const tag = await inTurn(() => derive('argon2id', { message: password, nonce, tagLength: TAG_BYTES, ...cost }));
  return `$argon2id$v=19$m=${cost.memory},t=${PASSES},p=${LANES}$${base64(nonce)}$${base64(tag)}`;
}

function memoryKib({ SOM3D_PASSWORD_MEMORY_MIB }: Wanted): number {
  return 1024 * SOM3D_PASSWORD_MEMORY_MIB;
}

/** bcrypt reads a password up to its first NUL, and the predecessor refuses one that has it. */
function fitsBcrypt(password: string): boolean {
  return !password.includes('\0');
}

/** The hash that is stored of a password. */
export async function hashPassword(password: string, wanted: Wanted): Promise<string> {
  return wanted.SOM3D_PASSWORD_HASH === 'bcrypt' && fitsBcrypt(password)
    ? await inTurn(() => bcrypt.hash(password, BCRYPT_COST))
    : await hashArgon2(password, wanted);
}

export interface Verdict {
  readonly matches: boolean;
  /** The hash is of another kind or cost than is wanted: store a new one. */
  readonly outdated: boolean;
}

async function verifyArgon2(password: string, match: RegExpExecArray, wanted: Wanted): Promise<Verdict> {
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const nonce = Buffer.from(match[4] ?? '', 'base64');
  const tag = Buffer.from(match[5] ?? '', 'base64');
  const params = { message: password, nonce, tagLength: tag.length, memory, passes, parallelism };
  const matches = sameSecret(await inTurn(() => derive('argon2id', params)), tag);
  const current = memory === memoryKib(wanted) && passes === PASSES && parallelism === LANES;
  return { matches, outdated: !current };
}

/** Compares a password with a stored hash. A hash of an unknown kind matches nothing. */
export async function verifyPassword(password: string, hash: string, wanted: Wanted): Promise<Verdict> {
  const toBcrypt = wanted.SOM3D_PASSWORD_HASH === 'bcrypt';
  const phc = PHC.exec(hash);
  if (phc) {
    const verdict = await verifyArgon2(password, phc, wanted);
    return toBcrypt ? { ...verdict, outdated: fitsBcrypt(password) } : verdict;
  }
  // bcrypt stops at the first NUL and at 72 bytes: the predecessor hashed the same way.
  if (BCRYPT.test(hash)) return { matches: await inTurn(() => bcrypt.compare(password, hash)), outdated: !toBcrypt };
  return { matches: false, outdated: true };
}

let dummy: Promise<string> | undefined;

/** Spends the time of a comparison for an account that does not exist. */
export async function verifyNothing(password: string, wanted: Wanted): Promise<void> {
  dummy ??= hashArgon2(randomBytes(12).toString('hex'), wanted);
  await verifyPassword(password, await dummy, wanted);
}
