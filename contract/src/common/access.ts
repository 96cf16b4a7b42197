import { initContract, type AppRoute } from '@ts-rest/core';
import type { z } from 'zod';

/** The single ts-rest instance; every domain builds its routes with it. */
export const c: ReturnType<typeof initContract> = initContract();

/** Who may call a route. `bearer` is any signed-in user; the others name the allowed roles. */
export const ACCESS = ['public', 'bearer', 'medico', 'medico+admin', 'admin'] as const;
export type Access = (typeof ACCESS)[number];

/** The roles of the service, as the database stores them. */
export const ROLES = ['ADMINISTRADOR', 'MEDICO'] as const;
export type Role = (typeof ROLES)[number];

/** Roles that an access rule allows; `null` when a route needs no token. */
export const ROLES_OF: Record<Access, readonly Role[] | null> = {
  public: null,
  bearer: ROLES,
  medico: ['MEDICO'],
  'medico+admin': ROLES,
  admin: ['ADMINISTRADOR'],
};

/** What identifies a caller; the OpenAPI document describes each. */
export type Credential = 'bearer' | 'refreshCookie' | 'csrfCookie' | 'csrfHeader' | 'metricsToken';

/** The events of a stream, as server-sent events. */
export interface EventStream {
  readonly name: string;
  readonly description: string;
  /** Schema of the JSON in an event's `data`. */
  readonly data: z.ZodType;
}

/** The metadata of a route. A route without `access` does not compile. */
export interface RouteMetadata {
  readonly access: Access;
  /** Schema of a multipart body. ts-rest does not parse such a body; the handler validates the fields with this schema. */
  readonly form?: z.ZodType;
  /** Media type of a body of plain bytes, which the handler streams. */
  readonly bytes?: string;
  /** Largest JSON body in bytes, where the default (1 MiB) is not enough. */
  readonly bodyBytes?: number;
  /** The body is flat fields in any encoding (form, multipart, JSON), kept as the text that was sent. */
  readonly rawFields?: boolean;
  /** The form's fields that carry a file, with the media type of each. */
  readonly files?: Readonly<Record<string, string>>;
  /** Media types of a file in the answer, where there are more than one. */
  readonly media?: readonly string[];
  /** What an event stream sends. */
  readonly events?: EventStream;
  /** Other credentials than a session's token; each list is one way to identify oneself, and names all that it needs. */
  readonly credentials?: readonly (readonly Credential[])[];
  /** The payment gateway calls this route: its name among the webhooks of the OpenAPI document. */
  readonly webhook?: string;
}

type ContractRoute = AppRoute & { readonly metadata: RouteMetadata };
type Routes = { readonly [name: string]: ContractRoute };

/**
 * Declares the routes of one domain. Statuses are strict: a handler can only answer what its route names.
 *
 * @param routes name -> route; each needs `metadata.access`
 * @returns the ts-rest router of the domain
 */
export function defineRoutes<const T extends Routes>(routes: T) {
  return c.router(routes, { strictStatusCodes: true }) as unknown as {
    readonly [K in keyof T]: T[K] & { readonly strictStatusCodes: true };
  };
}

/** A route of the contract with the names that lead to it, e.g. `patients.list`. */
export interface NamedRoute {
  readonly name: string;
  readonly domain: string;
  readonly route: ContractRoute;
}

function isRoute(value: object): value is ContractRoute {
  return 'method' in value && 'path' in value;
}

/** Every route of a contract, in the order of its declaration. */
export function routesOf(contract: object): NamedRoute[] {
  return Object.entries(contract).flatMap(([domain, routes]: [string, object]) =>
    Object.entries(routes)
      .filter((entry): entry is [string, ContractRoute] => isRoute(entry[1]))
      .map(([key, route]) => ({ name: `${domain}.${key}`, domain, route })),
  );
}

/** Whether a route takes a body: a form, plain bytes, or a body with a schema. */
export function takesBody(route: { readonly body?: unknown; readonly metadata: RouteMetadata }): boolean {
  const { form, bytes } = route.metadata;
  return form !== undefined || bytes !== undefined || (route.body != null && typeof route.body !== 'symbol');
}

/**
 * Every status a route can answer: the declared ones, and those that follow from its input and its access rule.
 *
 * - 401 and 403 from the access rule, 422 from a schema on path, query, headers or body
 * - 400 (malformed), 408 (too slow), 413 and 415 from a body
 * - 500 and 503 always: an internal error, and an unreachable database
 */
export function statusesOf(route: ContractRoute): number[] {
  const roles = ROLES_OF[route.metadata.access];
  const restricted = roles !== null && roles.length < ROLES.length;
  const takesInput = Boolean(route.pathParams ?? route.query ?? route.headers) || takesBody(route);
  const implied = [
    ...(roles ? [401] : []),
    ...(restricted ? [403] : []),
    ...(takesInput ? [422] : []),
    ...(takesBody(route) ? [400, 408, 413, 415] : []),
    500,
    503,
  ];
  return [...new Set([...Object.keys(route.responses).map(Number), ...implied])].toSorted((a, b) => a - b);
}
