/** A `?ref_payco=` that stands inside of another value. */
const APPENDED = /\?ref_payco=([^&?#]+)/;

/**
 * The reference that the gateway's redirect brought. The redirect appends `?ref_payco=…` to the configured address, also
 * where that has a query already: it is then the end of another value, or of a name that begins with `?`.
 *
 * @param query parameters of the request
 */
export function referenceOfRedirect(query: Readonly<Record<string, unknown>>): string | undefined {
  const values = Object.values(query).filter((value) => typeof value === 'string');
  const appended = values.map((value) => APPENDED.exec(value)?.[1]).find((found) => found !== undefined);
  const own = [query['ref_payco'], query['?ref_payco']].find((value) => typeof value === 'string' && value !== '');
  return appended ?? (typeof own === 'string' ? own.trim() : undefined);
}
