import { createHash, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const ISSUER = 'SOM3D';
const PERIOD_SECONDS = 30;
/** A code of the step before or after is good too: clocks differ. */
const WINDOW_STEPS = 1;
const RECOVERY_CODES = 10;
const RECOVERY_LENGTH = 16;
/** Without letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

function totpOf(secret: string, label: string): TOTP {
  const terms = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS };
  return new TOTP({ issuer: ISSUER, label, secret: Secret.fromBase32(secret), ...terms });
}

/** A new secret of 160 bits in base32. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The address that an authenticator app reads from a QR code. */
export function uriOf(secret: string, correo: string): string {
  return totpOf(secret, correo).toString();
}

/**
 * The time step of a code that is good now.
 *
 * @param after the step of the last code that was taken: none up to it is good again
 * @returns null when it is not good
 */
export function stepOf(secret: string, code: string, now: Date, after: number | null): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now.getTime(), window: WINDOW_STEPS });
  if (delta === null) return null;
  const step = Math.floor(now.getTime() / 1000 / PERIOD_SECONDS) + delta;
  return after !== null && step <= after ? null : step;
}

function newRecoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return letters.replace(/.{4}(?=.)/g, '$&-');
}

/** Ten codes of 79 bits each. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
}

/** What the database keeps of a recovery code. It is too long to guess, so the digest needs no key. */
export function recoveryDigest(code: string): string {
  return createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z\d]/g, ''))
    .digest('hex');
}
