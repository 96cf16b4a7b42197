import { InvalidRequestError } from './errors.ts';

/**
 * The path with its parameters. They are percent-encoded, so that a value cannot leave its place in the path.
 *
 * It refuses `.` and `..`: a URL parser resolves them even when they are percent-encoded.
 *
 * @param route name of the route, for the error
 * @param path the route's path, e.g. `/patients/:id`
 * @param params values by name; numbers are written as they are
 */
export function pathOf(route: string, path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/:(\w+)/g, (_match, name: string) => {
    const value = params[name];
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new InvalidRequestError(`${route}: the path parameter "${name}" is missing`);
    }
    const text = String(value);
    if (text === '' || text === '.' || text === '..') {
      throw new InvalidRequestError(`${route}: the path parameter "${name}" cannot be "${text}"`);
    }
    return encodeText(route, name, text);
  });
}

function encodeText(route: string, name: string, text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // A lone surrogate has no UTF-8 form.
    throw new InvalidRequestError(`${route}: the path parameter "${name}" is not valid Unicode`);
  }
}

/**
 * Checks a base address and removes trailing slashes. A path alone stays as it is: in a browser it is relative to the
 * page.
 *
 * @throws InvalidRequestError when it is not an http(s) address, or has a query, a fragment or credentials
 */
export function normaliseBaseUrl(baseUrl: string): string {
  const trimmed = baseUrl.trim().replace(/\/+$/, '');
  if (trimmed === '' || trimmed.startsWith('/')) return trimmed;
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    throw new InvalidRequestError(`"${baseUrl}" is not an address such as http://127.0.0.1:8000`);
  }
  const plain = !url.search && !url.hash && !url.username && !url.password;
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || !plain) {
    throw new InvalidRequestError('A base address is http:// or https:// and has no query, fragment or credentials');
  }
  return trimmed;
}
