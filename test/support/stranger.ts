import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One request on a connection of its own, as any number of callers would make it. */
export async function call(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (res) => {
      text(res).then((read) => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: read }), reject);
    });
    sent.once('error', reject).end(body);
  });
}

/** The same with a JSON body. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return await call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
