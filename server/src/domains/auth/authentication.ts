import type { Deps } from '../../deps.ts';
import type { Authenticate } from '../../http/access.ts';
import { findActor } from './auth.queries.ts';
import { readAccessToken } from './tokens.ts';

/** Finds the user behind an access token, as the database has them at that moment. */
export function authentication(deps: Pick<Deps, 'orm' | 'config' | 'secrets' | 'clock'>): Authenticate {
  return async (token) => {
    const read = readAccessToken(deps, token);
    const actor = read && (await findActor(deps.orm, read, deps.clock()));
    return actor && { actor, until: read.until };
  };
}
