import { createHmac, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { type KeyRing, sameSecret } from '../../base/secret.ts';
import type { Deps } from '../../deps.ts';
import { cookieOf, hiddenCookie } from './cookies.ts';

/** A browser that accounts have signed in on. */
export interface Device {
  readonly id: string;
  /** `id_usuario` of these accounts, the latest last. */
  readonly accounts: readonly number[];
}

const COOKIE = 'som3d_device';
/** The longest that browsers keep a cookie, in ms. */
const MAX_AGE_MS = 400 * 86_400_000;
/** A shared computer remembers its latest accounts. */
const MAX_ACCOUNTS = 10;
const FORM = /^([\w-]{22})\.([1-9]\d{0,9}(?:-[1-9]\d{0,9})*)\.([\w-]{43})$/;

function sign(key: Buffer, id: string, accounts: string): string {
  return createHmac('sha256', key).update(`${id}.${accounts}`).digest('base64url');
}

/**
 * The cookie by which a browser proves that an account has signed in on it before: `device.accounts.signature`. It opens
 * nothing. It gives the account's owner a count of failures of their own, which no stranger can use up.
 */
export class DeviceCookies {
  readonly #config: Deps['config'];
  readonly #keys: KeyRing;

  constructor({ config, secrets }: Pick<Deps, 'config' | 'secrets'>) {
    this.#config = config;
    this.#keys = secrets.keysFor('som3d known devices');
  }

  /** The device of a request; null without a cookie that this service has signed. */
  read(req: Request): Device | null {
    const [, id = '', accounts = '', signature = ''] = FORM.exec(cookieOf(req, COOKIE) ?? '') ?? [];
    const isOurs = this.#keys.some((key) => sameSecret(signature, sign(key, id, accounts)));
    if (id === '' || !isOurs) return null;
    return { id, accounts: accounts.split('-').map(Number) };
  }

  /** Remembers that an account has signed in on this browser. */
  remember(req: Request, res: Response, id_usuario: number): void {
    const known = this.read(req);
    const id = known?.id ?? randomBytes(16).toString('base64url');
    const others = (known?.accounts ?? []).filter((account) => account !== id_usuario);
    const accounts = [...others, id_usuario].slice(-MAX_ACCOUNTS).join('-');
    const value = `${id}.${accounts}.${sign(this.#keys[0], id, accounts)}`;
    res.cookie(COOKIE, value, { ...hiddenCookie(this.#config, req), maxAge: MAX_AGE_MS });
  }
}

/** The id of a device that an account has signed in on before; null for any other device. */
export function deviceKnownTo(device: Device | null, id_usuario: number | undefined): string | null {
  return device && id_usuario !== undefined && device.accounts.includes(id_usuario) ? device.id : null;
}
