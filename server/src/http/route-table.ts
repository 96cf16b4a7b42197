import express, { type RequestHandler, type Router } from 'express';

/** What can tell routes apart without their patterns: the method, the first segment and how many there are. */
function keyOf(method: string, path: string): string {
  const segments = (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  return `${method} ${segments.length} ${segments[1]?.toLowerCase() ?? ''}`;
}

/**
 * Takes routes as an application does, and tries those alone that a request can match: Express itself tries one after
 * another. Routes with the same key stay in their order. The first segment of a route is never a parameter.
 */
export class RouteTable {
  readonly #routers = new Map<string, Router>();
  readonly get = this.#adder('get');
  readonly post = this.#adder('post');
  readonly put = this.#adder('put');
  readonly patch = this.#adder('patch');
  readonly delete = this.#adder('delete');

  readonly handle: RequestHandler = (req, res, next) => {
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const router = this.#routers.get(keyOf(method, req.path));
    if (router) router(req, res, next);
    else next();
  };

  #adder(method: 'get' | 'post' | 'put' | 'patch' | 'delete') {
    return (path: string, ...handlers: RequestHandler[]): void => {
      const key = keyOf(method.toUpperCase(), path);
      const router = this.#routers.get(key) ?? express.Router();
      this.#routers.set(key, router);
      router[method](path, ...handlers);
    };
  }
}
