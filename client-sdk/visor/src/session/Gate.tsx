import { Outlet, useSearch } from '@tanstack/react-router';
import { Front } from '../shell/Front.tsx';
import { Layout } from '../shell/Layout.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { Redirect } from './Redirect.tsx';
import { useRestoredSession } from './use-session.ts';

/** The address behind `/app/`. */
function here(): string {
  return location.href.slice(document.baseURI.length);
}

/** Pages of somebody who is signed in. Without a session it leads to the sign-in, and from there back. */
export function WithSession() {
  const { status, error, retry } = useRestoredSession();
  if (status === 'out') return <Redirect to={`entrar?volver=${encodeURIComponent(here())}`} />;
  if (status === 'unknown') return <Waiting error={error} retry={retry} />;
  return <Layout />;
}

/** Pages for somebody who is not signed in; whoever is goes on to where they wanted. */
export function WithoutSession() {
  const { status, error, retry } = useRestoredSession();
  // Of this page: the router's location is the next page's as soon as the redirection begins.
  const { volver }: { readonly volver?: string | undefined } = useSearch({ strict: false });
  if (status === 'in') return <Redirect to={volver ?? 'casos'} />;
  if (status === 'unknown') return <Waiting error={error} retry={retry} />;
  return <Outlet />;
}

function Waiting({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  return <Front>{error ? <Failed error={error} retry={retry} /> : <Loading rows={3} height={44} />}</Front>;
}
