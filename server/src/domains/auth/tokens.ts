import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Deps } from '../../deps.ts';

/** Claims of an access token; `k` keeps tokens of another kind from being taken for one. */
const AccessClaims = z.object({ sub: z.string().regex(/^[1-9]\d{0,9}$/), k: z.literal('access'), exp: z.int() });

interface Subject {
  readonly id_usuario: number;
  readonly rol: string;
  readonly correo: string;
}
type Needs = Pick<Deps, 'config' | 'secrets' | 'clock'>;

/** A signed access token that lives `JWT_EXPIRE_MINUTES`. */
export function issueAccessToken({ config, secrets, clock }: Needs, user: Subject): string {
  const iat = Math.floor(clock().getTime() / 1000);
  const claims = { rol: user.rol, email: user.correo, k: 'access', iat, exp: iat + config.JWT_EXPIRE_MINUTES * 60 };
  return jwt.sign(claims, secrets.jwt, { subject: String(user.id_usuario), algorithm: config.JWT_ALG });
}

/** Whose a valid access token is, and until when; `null` for any other. Only the configured algorithm is accepted. */
export function readAccessToken({ config, secrets, clock }: Needs, token: string): { id: number; until: Date } | null {
  try {
    const clockTimestamp = Math.floor(clock().getTime() / 1000);
    const claims = AccessClaims.parse(jwt.verify(token, secrets.jwt, { algorithms: [config.JWT_ALG], clockTimestamp }));
    return { id: Number(claims.sub), until: new Date(claims.exp * 1000) };
  } catch {
    return null;
  }
}
