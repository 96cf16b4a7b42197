import type { Me } from '@som3d/client';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useStore } from '../store.ts';
import { q, queries, session } from '../service.ts';
import { sessionState } from './session-state.ts';

/** Tries the session of the cookie once. @throws NetworkError without an answer */
export function useRestoredSession() {
  const status = useStore(sessionState.status);
  const restored = useQuery({
    queryKey: ['session'],
    queryFn: async () => {
      const signedIn = await session.restore();
      if (!signedIn) sessionState.nobody();
      return signedIn;
    },
    enabled: status === 'unknown',
    retry: false,
    staleTime: Infinity,
  });
  return { status, error: restored.error, retry: () => void restored.refetch() };
}

/** The person of the session. */
export function useMe(): Me {
  return useSuspenseQuery({ ...q.auth.me(), staleTime: 60_000 }).data;
}

export function useIsAdmin(): boolean {
  return useMe().rol === 'ADMINISTRADOR';
}

export async function signOut(): Promise<void> {
  await sessionState.leave(() => session.logout());
  queries.clear();
}

/**
 * What follows a sign-in: the pages ask again. When somebody else signed in, nothing of the first person may stay.
 */
async function welcome(): Promise<void> {
  const before = queries.getQueryData<Me>(q.auth.me().queryKey);
  if (!before) return;
  const me = await queries.fetchQuery({ ...q.auth.me(), staleTime: 0 });
  if (me.id_usuario === before.id_usuario) await queries.invalidateQueries();
  else location.assign(document.baseURI);
}

sessionState.status.subscribe(() => {
  if (sessionState.status.get() === 'in') welcome().catch(() => undefined);
});
