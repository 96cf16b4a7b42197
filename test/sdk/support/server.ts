import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Job } from '@som3d/contract';

export interface SeenRequest {
  readonly method: string;
  /** As it came, not normalised. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Handler = (request: SeenRequest, response: ServerResponse, number: number) => void | Promise<void>;

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: SeenRequest[];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that gets the bare request, for bodies that are not to be collected. */
export async function serveRaw(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const server = createServer(handler);
  const url = await listen(server);
  return {
    url,
    requests: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A real HTTP server on loopback that remembers what it was asked; `number` counts the requests from 1. */
export async function serve(handler: Handler): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    requests.push(seen);
    await handler(seen, response, requests.length);
  };
  const raw = await serveRaw((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return { ...raw, requests };
}

/** A service that has no event streams: they are answered with 404 and do not count. */
export function withoutEvents(handler: Handler): Handler {
  let number = 0;
  return (request, response) => {
    if (request.url.endsWith('/events')) return problem(response, 404, 'La dirección no existe');
    number += 1;
    return handler(request, response, number);
  };
}

export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function problem(response: ServerResponse, status: number, detail: string, headers = {}, more = {}): void {
  const type = { 'content-type': 'application/problem+json', 'x-request-id': 'req-1', ...headers };
  response.writeHead(status, type);
  response.end(JSON.stringify({ type: 'about:blank', title: `T${status}`, status, detail, ...more }));
}

export const user = {
  id_usuario: 7,
  nombre: 'Ana',
  apellido: 'Ruiz',
  correo: 'ana@example.com',
  telefono: null,
  direccion: null,
  ciudad: null,
  rol: 'MEDICO',
  activo: true,
} as const;

export function jobWith(more: Partial<Job> = {}): Job {
  return {
    job_id: 'job-1',
    status: 'queued',
    phase: 'queued',
    percent: 0,
    is_processing: true,
    nombre_proceso: 'Cadera',
    prioridad: 0,
    params: {
      nombre_proceso: 'Cadera',
      id_paciente: null,
      enable_ortopedia: false,
      enable_appendicular: false,
      enable_muscles: false,
      enable_hip_implant: false,
      teeth: false,
      cranio: false,
      extra_tasks: [],
      umbral_min: null,
      umbral_max: null,
      suavizado: null,
      reduccion: null,
      separar_partes: false,
      fragmento_min: null,
      acomodar: false,
      serie: null,
    },
    metrics: {},
    error: null,
    created_at: '2026-01-02T03:04:05.000Z',
    updated_at: null,
    started_at: null,
    finished_at: null,
    log_tail: [],
    ...more,
  };
}

/** Whatever a promise was rejected with; fails when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`It was not rejected but resolved with ${JSON.stringify(value)}`);
}
