import type { RouteMetadata } from '@som3d/contract';
import type { Request } from 'express';

/** The route of the contract that a request has matched. */
export interface MatchedRoute {
  readonly method: string;
  /** The pattern, e.g. `/patients/:id`: never the path that was sent. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly metadata: RouteMetadata;
}

/** ts-rest puts the route on the request; its own type is for one route at a time. */
export function routeOf(req: Request): MatchedRoute | undefined {
  return (req as { tsRestRoute?: MatchedRoute }).tsRestRoute;
}

/** The same inside the routes' own middleware, which runs for matched requests alone. */
export function matchedRoute(req: Request): MatchedRoute {
  const route = routeOf(req);
  if (!route) throw new Error('this middleware runs for routes of the contract alone');
  return route;
}
