import { browserSession, NetworkError, TimeoutError } from '@som3d/client';
import { createQueries } from '@som3d/client/query';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { connection } from './session/connection.ts';
import { sessionState } from './session/session-state.ts';

/** Where the application stands, e.g. `/app/`: `<base>` has it, whatever path a proxy puts in front. */
export const appPath = new URL(document.baseURI).pathname;
/** The service is one step above the application. */
export const serviceUrl = new URL('..', document.baseURI).href;

/** The session that all tabs share. */
export const session = browserSession({ baseUrl: serviceUrl, onChange: sessionState.changed });
export const client = session.client;
/** The options of TanStack Query for each route. */
export const q = createQueries(client);

/** Path of the signed links that the service answers itself; those of a storage elsewhere have another. */
const OWN_LINK = /\/(som3d\/files\/.+)$/;

/**
 * A signed link. The service writes its public address into its own; the page may stand at another name of the same
 * service (`localhost`, `127.0.0.1`), and loads from there alone.
 */
export function linkOf(url: string): string {
  return new URL(OWN_LINK.exec(url)?.[1] ?? url, serviceUrl).href;
}

function watch(error: unknown): void {
  if (error instanceof NetworkError || error instanceof TimeoutError) connection.lost();
}

/** What was read, for all pages. A lost connection shows in the bar above the page. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: watch }),
  mutationCache: new MutationCache({ onError: watch }),
  defaultOptions: {
    // The browser's own idea of "offline" is often wrong: the request decides.
    queries: { staleTime: 15_000, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

/** Returns when the service answers again. */
async function untilAnswer(): Promise<void> {
  for (;;) {
    try {
      await client.health.live({ retry: false, timeoutMs: 5_000 });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    }
  }
}

connection.onLost(async () => {
  await untilAnswer();
  connection.found();
  await queries.invalidateQueries();
});
