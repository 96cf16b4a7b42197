import { GatewayUnavailable } from './gateway.ts';

/** Longest answer that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** What a call answered: its status and its text. */
export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new GatewayUnavailable('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * One call to the gateway. A redirect is not followed: it could lead to an address inside of this service's own network.
 *
 * @throws GatewayUnavailable when it cannot be reached in time, redirects, or answers with its own error (5xx, 429)
 */
export async function call(url: string, init: RequestInit): Promise<GatewayAnswer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const text = await readText(response);
    const { status } = response;
    const isAnswer = status >= 200 && status < 500 && status !== 429 && !(status >= 300 && status < 400);
    if (isAnswer) return { status, text };
    throw new GatewayUnavailable(`the gateway answered ${status}`);
  } catch (error) {
    if (error instanceof GatewayUnavailable) throw error;
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.name) : 'error';
    throw new GatewayUnavailable(`the gateway did not answer: ${cause}`, { cause: error });
  }
}

/** @throws GatewayUnavailable when the answer is no JSON */
export function parsed<T>(answer: GatewayAnswer, parse: (text: string) => T): T {
  try {
    return parse(answer.text);
  } catch (error) {
    throw new GatewayUnavailable(`the gateway answered ${answer.status} without JSON`, { cause: error });
  }
}
