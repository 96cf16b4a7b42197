import { createHash, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { openSealed, sealText } from '../../base/sealed.ts';
import { type KeyRing, sameSecret } from '../../base/secret.ts';
import type { Deps } from '../../deps.ts';
import { OneTimeToken } from '../../db/entities/auth.entity.ts';

/** What a token is good for. */
export type Purpose = 'registro' | 'clave_enlace' | 'clave_codigo' | 'correo_nuevo' | 'muestra';

const MAX_TRIES = 5;

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function keyOf(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', 'som3d pending registration', 32));
}

function keyed(pepper: Buffer, ...parts: string[]): string {
  return createHmac('sha256', pepper).update(JSON.stringify(parts)).digest('hex');
}

/** Seals what must wait for a token under a key that is derived from it: without the client's token nobody reads it. */
export function seal(token: string, value: object): string {
  return JSON.stringify({ v: 1, data: sealText(keyOf(token), JSON.stringify(value)) });
}

/** Opens what was sealed under this token. @throws when it was sealed under another or was changed */
export function unseal(token: string, text: string): unknown {
  const { data } = JSON.parse(text) as { data: string };
  return JSON.parse(openSealed(keyOf(token), data));
}

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

interface Issue {
  readonly purpose: Purpose;
  readonly token: string;
  readonly correo: string;
  readonly ip: string | null;
  readonly minutes: number;
  readonly code?: string;
  /** The account it is for, and the password hash that must still be the account's. */
  readonly user?: { readonly id_usuario: number; readonly contrasena: string };
  readonly payload_json?: string;
}

/** Which token a request means: itself, or the account's last one. */
export type Named = { readonly token: string } | { readonly id_usuario: number };

/**
 * Single-use tokens and codes. The database holds digests alone: of a token, and keyed ones of a code (which has only
 * a million values) and of the password hash that it is bound to.
 */
export class OneTimeTokens {
  readonly #clock: Deps['clock'];
  readonly #peppers: KeyRing;

  constructor({ secrets, clock }: Pick<Deps, 'secrets' | 'clock'>) {
    this.#clock = clock;
    this.#peppers = secrets.keysFor('som3d one-time codes');
  }

  issue(em: EntityManager, { purpose, token, correo, ip, minutes, code, user, payload_json }: Issue): void {
    const token_hash = digestOf(token);
    const at = this.#clock();
    em.create(OneTimeToken, {
      purpose,
      correo,
      token_hash,
      code_hash: code === undefined ? null : keyed(this.#peppers[0], 'code', token_hash, code),
      id_usuario: user?.id_usuario ?? null,
      bound_to: user ? keyed(this.#peppers[0], 'password', user.contrasena) : null,
      payload_json: payload_json ?? null,
      ip_address: ip,
      expires_at: new Date(at.getTime() + minutes * 60_000),
      created_at: at,
    });
  }

  /** The token, when it is of this kind and still good; held until the transaction ends when `lock` is set. */
  async find(em: EntityManager, purpose: Purpose, named: Named, lock: boolean): Promise<OneTimeToken | null> {
    const row = await em.findOne(
      OneTimeToken,
      'token' in named ? { purpose, token_hash: digestOf(named.token) } : { purpose, id_usuario: named.id_usuario },
      { orderBy: { id_token: 'desc' }, ...(lock ? FOR_UPDATE : {}) },
    );
    return row && this.isLive(row) ? row : null;
  }

  /** Whether a token was neither used nor has run out. */
  isLive(row: OneTimeToken): boolean {
    return !row.used_at && row.expires_at > this.#clock();
  }

  /** Counts a try of a code. It must be committed whatever comes of it. @returns whether it was the right one, in time */
  tryCode(row: OneTimeToken, code: string): boolean {
    if (row.attempts >= MAX_TRIES) return false;
    row.attempts++;
    return this.#matches(row.code_hash, 'code', row.token_hash, code);
  }

  /** Whether the account's password is still the one at the time of the request. */
  isBoundTo(row: OneTimeToken, contrasena: string): boolean {
    return this.#matches(row.bound_to, 'password', contrasena);
  }

  /** Nothing of it is kept but that it was used. */
  use(row: OneTimeToken): void {
    row.used_at = this.#clock();
    row.payload_json = null;
    row.code_hash = null;
  }

  #matches(hash: string | null | undefined, ...parts: string[]): boolean {
    return this.#peppers.some((pepper) => sameSecret(hash ?? '', keyed(pepper, ...parts)));
  }
}
