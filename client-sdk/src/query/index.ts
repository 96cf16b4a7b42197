import type { Client } from '../generated/types.ts';
import { QUERIES, type Queries } from '../generated/queries.ts';
import { listOf, mutationOf, queryOf, type Call } from './options.ts';

export type { Queries } from '../generated/queries.ts';
export type {
  InfiniteSettings,
  Key,
  ListPage,
  ListQuery,
  Mutation,
  Query,
  QuerySettings,
  SkippableSettings,
} from './types.ts';

/** The first element of every key, so that no key of an application is one of these by chance. */
const ROOT = 'som3d';

/**
 * The options of TanStack Query for every route, whatever the framework:
 * `const q = createQueries(client)`, then `useQuery(q.patients.list({ query: { q: 'ana' } }))`.
 *
 * - A route that reads is a function of its arguments; a list has `infinite` beside it. The data is the body alone; a
 *   list in pages has `{ rows, total }`.
 * - A route that writes is the options of a mutation. It invalidates the domains that show what it changes.
 * - `q.patients.list.key` begins the keys of a route, `q.patients.all` those of a domain, `q.all` all of them.
 *
 * Bytes, event streams and pages for people have no query: nothing can keep and show them again.
 */
export function createQueries(client: Client): Queries {
  const calls = client as unknown as Record<string, Record<string, Call>>;
  const domains = Object.entries(QUERIES).map(([domain, { routes, changes }]) => {
    const invalidates = [domain, ...changes].map((name) => [ROOT, name]);
    const options = Object.entries(routes).map(([name, kind]) => {
      const key = [ROOT, domain, name];
      const call = calls[domain]?.[name] as Call;
      if (kind === 'write') return [name, mutationOf(key, call, invalidates)];
      return [name, kind === 'value' ? queryOf(key, call) : listOf(key, call, kind)];
    });
    return [domain, { all: [ROOT, domain], ...Object.fromEntries(options) }];
  });
  return { all: [ROOT], ...Object.fromEntries(domains) } as Queries;
}
