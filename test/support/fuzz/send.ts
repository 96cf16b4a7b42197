import { sampleZip } from '../jobs.ts';
import type { Population } from './population.ts';
import { isRef } from './values.ts';
import type { Planned } from './requests.ts';

/** What came back: the body as text, of a stream its beginning. */
export interface Received {
  readonly status: number;
  readonly type: string;
  readonly headers: string;
  readonly body: string;
}

/** A request as it was sent, for whoever reads a fault. */
export interface Sent {
  readonly url: string;
  readonly init: Omit<RequestInit, 'body'> & {
    readonly headers: Record<string, string>;
    readonly body?: string | FormData;
  };
}

/** Time in which a stream's beginning arrives, ms. */
const STREAM_MS = 50;

/** Puts this population's keys in the places of the references. */
function resolved(value: unknown, population: Population): unknown {
  if (isRef(value)) return population.resolve(value);
  if (Array.isArray(value)) return value.map((item) => resolved(item, population));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, resolved(field, population)]));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** The form that `encodeURIComponent` refuses is sent as it is in UTF-8: with the sign for what is no character. */
function encoded(value: unknown): string {
  return encodeURIComponent(asText(value).toWellFormed());
}

function pairsOf(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [['valor', asText(value)]];
  return Object.entries(value).map(([name, field]) => [name, asText(field)]);
}

function queryOf(value: unknown): string {
  const text = pairsOf(value)
    .map(([name, field]) => `${encoded(name)}=${encoded(field)}`)
    .join('&');
  return text === '' ? '' : `?${text}`;
}

const CONTENT: Readonly<Record<Planned['file'], () => Promise<BlobPart> | BlobPart>> = {
  scan: () => sampleZip(),
  empty: () => '',
  text: () => 'no es un ZIP',
  none: () => '',
};

async function multipart({ file, route }: Planned, value: unknown): Promise<FormData> {
  const form = new FormData();
  for (const [name, field] of pairsOf(value)) if (name !== 'file') form.append(name, field);
  const carries = route.route.metadata.files !== undefined && file !== 'none';
  if (carries) form.append('file', new Blob([await CONTENT[file]()]), 'a.zip');
  return form;
}

async function encodedBody(planned: Planned, value: unknown): Promise<{ type?: string; body: string | FormData }> {
  const json = JSON.stringify(value) ?? '';
  const encodings = {
    json: () => ({ type: 'application/json', body: json }),
    form: () => ({ type: 'application/x-www-form-urlencoded', body: queryOf(value).slice(1) }),
    multipart: async () => ({ body: await multipart(planned, value) }),
    text: () => ({ type: 'text/plain', body: asText(value) }),
    broken: () => ({ type: 'application/json', body: (json || '{}').slice(0, -1) }),
  };
  return await encodings[planned.encoding]();
}

/** The request of a plan, for this population. */
export async function prepare(planned: Planned, population: Population, base: string): Promise<Sent> {
  const { route } = planned.route;
  const path = route.path.replaceAll(/:(\w+)/g, (_all, name: string) =>
    encoded(resolved(planned.path[name], population)),
  );
  const token = population.token(planned.caller);
  const sends = route.method !== 'GET' && (planned.body !== undefined || planned.encoding !== 'json');
  const content = sends ? await encodedBody(planned, resolved(planned.body, population)) : undefined;
  return {
    url: `${base}${path}${queryOf(resolved(planned.query, population))}`,
    init: {
      method: route.method,
      redirect: 'manual',
      headers: {
        ...planned.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(content?.type === undefined ? {} : { 'content-type': content.type }),
      },
      ...(content ? { body: content.body } : {}),
    },
  };
}

/** Sends a request and reads the answer; a stream is left after its beginning. */
export async function send({ url, init }: Sent): Promise<Received> {
  const stop = new AbortController();
  const response = await fetch(url, { ...init, signal: stop.signal });
  const type = response.headers.get('content-type') ?? '';
  const headers = JSON.stringify([...response.headers]);
  if (!type.startsWith('text/event-stream')) {
    return { status: response.status, type, headers, body: await response.text() };
  }
  const timer = setTimeout(() => stop.abort(), STREAM_MS);
  const first = await response.body
    ?.getReader()
    .read()
    .catch(() => undefined);
  clearTimeout(timer);
  stop.abort();
  return { status: response.status, type, headers, body: new TextDecoder().decode(first?.value) };
}
