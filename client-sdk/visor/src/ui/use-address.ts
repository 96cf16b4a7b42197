import { useNavigate, useSearch } from '@tanstack/react-router';

/** What stands in the address behind `?`, as the table of routes has read it. */
interface Found {
  readonly pagina?: number | undefined;
  readonly [name: string]: string | number | undefined;
}

/** The list's part of the address. Another search or filter begins at the first page. */
export function useAddress() {
  const found: Found = useSearch({ strict: false });
  const navigate = useNavigate();
  return {
    page: found.pagina ?? 1,
    text: (name: string): string => String(found[name] ?? ''),
    set: (name: string, value: string): void => {
      const next = { ...found, [name]: value || undefined, pagina: undefined };
      void navigate({ to: '.', search: () => next, replace: true });
    },
  };
}
