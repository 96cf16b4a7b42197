import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/**
 * Leads to another address of the application, once. The router's own `Navigate` does it at each rendering.
 *
 * @param to behind `/app/`
 */
export function Redirect({ to }: { readonly to: string }) {
  const { history } = useRouter();
  useEffect(() => {
    const { href, origin } = new URL(to, document.baseURI);
    if (href.startsWith(document.baseURI)) history.replace(href.slice(origin.length));
  }, [history, to]);
  return null;
}
