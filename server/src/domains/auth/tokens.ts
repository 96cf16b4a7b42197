import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Deps } from '../../deps.ts';

/**
 * Claims of an access token; `k` keeps tokens of another kind from being taken for one. `sid` is the session of the login
 * and `v` the version of the user's tokens. A token that was issued before there were sessions has neither: it counts as
 * version 0 and ends when it runs out.
 */
const AccessClaims = z.object({
  sub: z.string().regex(/^[1-9]\d{0,9}$/),
  k: z.literal('access'),
  sid: z.string().max(64).nullable().default(null),
  v: z.int().min(0).default(0),
  exp: z.int(),
});

interface Subject {
  readonly id_usuario: number;
  readonly rol: string;
  readonly correo: string;
  readonly token_version: number;
}
type Needs = Pick<Deps, 'config' | 'secrets' | 'clock'>;

/** What an access token claims. */
export interface AccessToken {
  readonly id_usuario: number;
  /** Null when the token belongs to no session. */
  readonly sid: string | null;
  readonly version: number;
  readonly until: Date;
}

/**
 * A signed access token that lives `JWT_EXPIRE_MINUTES`.
 *
 * @param sid the session it ends with; without one it ends with the version of the user's tokens alone
 */
export function issueAccessToken({ config, secrets, clock }: Needs, user: Subject, sid?: string): string {
  const iat = Math.floor(clock().getTime() / 1000);
  const claims = {
    rol: user.rol,
    email: user.correo,
    k: 'access',
    v: user.token_version,
    ...(sid === undefined ? {} : { sid }),
    iat,
    exp: iat + config.JWT_EXPIRE_MINUTES * 60,
  };
  return jwt.sign(claims, secrets.jwt[0], { subject: String(user.id_usuario), algorithm: config.JWT_ALG });
}

/** What a token claims that this service has signed and that has not run out; `null` for any other. */
export function readAccessToken(needs: Needs, token: string): AccessToken | null {
  for (const key of needs.secrets.jwt) {
    const read = readWith(key, needs, token);
    if (read) return read;
  }
  return null;
}

function readWith(key: KeyObject, { config, clock }: Needs, token: string): AccessToken | null {
  try {
    const clockTimestamp = Math.floor(clock().getTime() / 1000);
    const claims = AccessClaims.parse(jwt.verify(token, key, { algorithms: [config.JWT_ALG], clockTimestamp }));
    const { sub, sid, v, exp } = claims;
    return { id_usuario: Number(sub), sid, version: v, until: new Date(exp * 1000) };
  } catch {
    return null;
  }
}
