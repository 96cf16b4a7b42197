import { parse, type ParsedUrlQuery } from 'node:querystring';

function isGiven(value: string | string[] | undefined): boolean {
  return Array.isArray(value) ? value.some((part) => part !== '') : value !== undefined && value.trim() !== '';
}

/** The values of a query string. An empty value counts as an absent one, on every route: a form sends its blanks. */
export function parseQuery(text: string | undefined): ParsedUrlQuery {
  return Object.fromEntries(Object.entries(parse(text ?? '')).filter(([, value]) => isGiven(value)));
}
