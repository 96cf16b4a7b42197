import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Deps } from '../deps.ts';
import { bearerOf } from '../http/access.ts';
import { sameSecret } from '../base/secret.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

/**
 * Serves `/health/live` and `/metrics` (with SOM3D_METRICS_TOKEN) of a worker, which serves no API. The metrics are this
 * process's own. Without SOM3D_WORKER_METRICS_PORT it does not listen.
 */
export async function serveWorkerStatus({
  config,
  log,
  telemetry,
}: Pick<Deps, 'config' | 'log' | 'telemetry'>): Promise<AsyncDisposable | null> {
  const { SOM3D_WORKER_METRICS_PORT: port, SOM3D_METRICS_TOKEN: token, HOST: host } = config;
  if (port === undefined) return null;
  const registry: Registry = telemetry.instruments.registry;

  const answer = async (req: IncomingMessage): Promise<Answer> => {
    const { pathname } = new URL(req.url ?? '/', 'http://worker');
    if (req.method !== 'GET') return plain(405, 'GET\n');
    if (pathname === '/health/live') return { status: 200, type: 'application/json', body: '{"status":"ok"}' };
    if (pathname !== '/metrics') return plain(404, 'not found\n');
    const given = bearerOf(req.headers.authorization);
    if (!token || !given || !sameSecret(given, token))
      return plain(401, 'a bearer token is required: SOM3D_METRICS_TOKEN\n');
    return { status: 200, type: registry.contentType, body: await registry.metrics() };
  };

  const respond = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { status, type, body } = await answer(req).catch(() => plain(500, 'error\n'));
    const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
    res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...challenge }).end(body);
  };

  const server = createServer((req, res) => {
    respond(req, res).catch(() => res.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  log.info({ port: (server.address() as AddressInfo).port }, 'metrics endpoint listening');
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}
