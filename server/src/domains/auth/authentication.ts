import type { Deps } from '../../deps.ts';
import type { Authenticate } from '../../http/access.ts';
import { findActor } from './auth.queries.ts';
import { readAccessToken, type AccessToken } from './tokens.ts';

/** Tokens whose claims are kept. */
const MAX_KEPT = 1000;

type Needs = Pick<Deps, 'config' | 'secrets' | 'clock'>;

/**
 * Reads access tokens, each once: a client sends the same one with every request, and checking its signature takes longer
 * than anything else about it. A token's claims hold until it runs out; whether its user and session still stand is asked
 * of the database every time.
 */
class TokenReader {
  readonly #needs: Needs;
  readonly #kept = new Map<string, AccessToken>();

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  read(token: string): AccessToken | null {
    const kept = this.#kept.get(token);
    if (kept && this.#needs.clock() < kept.until) return kept;
    this.#kept.delete(token);
    const read = readAccessToken(this.#needs, token);
    if (read) this.#keep(token, read);
    return read;
  }

  #keep(token: string, read: AccessToken): void {
    const oldest = this.#kept.size >= MAX_KEPT ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(token, read);
  }
}

/** Finds the user behind an access token, as the database has them at that moment. */
export function authentication(deps: Pick<Deps, 'orm'> & Needs): Authenticate {
  const tokens = new TokenReader(deps);
  return async (token) => {
    const read = tokens.read(token);
    const actor = read && (await findActor(deps.orm, read, deps.clock()));
    return actor && { actor, until: read.until };
  };
}
