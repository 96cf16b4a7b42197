import { contract, routesOf, type NamedRoute } from '@som3d/contract';
import { z } from 'zod';
import type { AnswerKind } from '../core/route.ts';

/** What each generated file begins with. */
export const HEAD = '// Generated from the contract by `npm run generate`. Do not edit.\n';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

export type Route = NamedRoute['route'];

/** How the client reads an answer. */
export function kindOf(declared: unknown): AnswerKind {
  if (typeof declared === 'symbol') return 'none';
  if (declared instanceof z.ZodType) return 'json';
  const { contentType } = declared as { contentType: string };
  if (JSON_TYPE.test(contentType)) return 'json';
  // Events arrive one by one, so there is nothing to wait for.
  if (contentType === 'text/event-stream') return 'binary';
  return contentType.startsWith('text/') ? 'text' : 'binary';
}

export function successesOf(route: Route): (readonly [status: string, declared: unknown])[] {
  return Object.entries(route.responses).filter(([status]) => Number(status) < 300);
}

export function contentTypeOf(route: Route): string | undefined {
  return route.metadata.bytes ?? ('contentType' in route ? route.contentType : undefined);
}

/** Something of each route, by domain. */
export function byDomain(line: (named: NamedRoute, key: string) => string): [domain: string, lines: string[]][] {
  return Object.keys(contract).map((domain) => [
    domain,
    routesOf(contract)
      .filter((named) => named.domain === domain)
      .map((named) => line(named, named.name.slice(domain.length + 1))),
  ]);
}

export function pascal(name: string): string {
  return name.replace(/(?:^|[._])(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

const ACCESS: Record<Route['metadata']['access'], string> = {
  public: 'sin sesión',
  bearer: 'cualquier sesión',
  medico: 'médicos',
  'medico+admin': 'médicos y administradores',
  admin: 'administradores',
};

/** The line of a comment that names a route and its callers. */
export function calledBy(route: Route): string {
  return `\`${route.method} ${route.path}\`, ${ACCESS[route.metadata.access]}.`;
}
