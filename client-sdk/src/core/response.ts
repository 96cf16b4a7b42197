import type { FieldError } from '../generated/types.ts';
import { binaryBody } from './binary.ts';
import type { Deadline } from './deadline.ts';
import { apiError, NetworkError, UnexpectedResponseError, type ApiError } from './errors.ts';
import { parseRetryAfter } from './retry.ts';
import type { Route } from './route.ts';

/** Reads the body of a success. The deadline's clock runs; a body that outlives this call keeps the clock. */
export type BodyReader<T> = (response: Response, deadline: Deadline) => Promise<T>;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
/** The part of an error's body that is read when it is no problem document, in characters. */
const MAX_FOREIGN_BODY = 2_000;

/** Passes chunks on. The clock runs only during a wait for the service, not during a pause of the reader. */
export function watched(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  deadline: Deadline,
  origin: string,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        deadline.touch();
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(deadline.signal.aborted ? deadline.signal.reason : networkError(origin, error));
        } finally {
          deadline.rest();
        }
      },
      cancel(reason) {
        deadline.rest();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === 'AbortError';
}

function networkError(origin: string, error: unknown): unknown {
  return isAbort(error) ? error : new NetworkError(origin, error);
}

function parseJson(text: string, response: Response, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const type = response.headers.get('content-type') ?? undefined;
    throw new UnexpectedResponseError(`${what} returned broken JSON`, response.status, type);
  }
}

/** Reads a success as the contract declares it for its status. */
export function readAnswer(
  name: string,
  answers: Route['answers'],
  origin: string,
): BodyReader<{ status: number; body: unknown; headers: Headers }> {
  return async (response, deadline) => {
    const { status, headers } = response;
    const type = headers.get('content-type') ?? undefined;
    const kind = answers[status];
    if (kind === undefined) {
      await response.body?.cancel();
      throw new UnexpectedResponseError(`${name} does not declare status ${status}`, status, type);
    }
    if (kind === 'json' && !JSON_TYPE.test(type ?? '')) {
      await response.body?.cancel();
      throw new UnexpectedResponseError(`${name} returned ${type ?? 'nothing'} instead of JSON`, status, type);
    }
    if (kind === 'binary') {
      const stream = response.body ?? emptyStream();
      return { status, headers, body: binaryBody(headers, watched(stream, deadline, origin)) };
    }
    const text = await response.text();
    const body = kind === 'none' ? undefined : kind === 'text' ? text : parseJson(text, response, name);
    return { status, headers, body };
  };
}

function emptyStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isFieldError(value: unknown): value is FieldError {
  return typeof value === 'object' && value !== null && 'loc' in value && Array.isArray(value.loc) && 'msg' in value;
}

/** Turns an answer other than 2xx into its error. A proxy's page is no problem document. */
export async function readError(name: string, response: Response): Promise<ApiError> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = JSON_TYPE.test(headers.get('content-type') ?? '');
  const body = isJson ? safeJson(text) : text.slice(0, MAX_FOREIGN_BODY);
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return apiError({
    status,
    headers,
    body,
    route: name,
    type: asText(problem['type']),
    title: asText(problem['title']) ?? (response.statusText ? `${status} ${response.statusText}` : undefined),
    detail: asText(problem['detail']),
    errors: Array.isArray(problem['errors']) ? problem['errors'].filter(isFieldError) : [],
    requestId: headers.get('x-request-id') ?? asText(problem['request_id']),
    retryAfter: parseRetryAfter(headers.get('retry-after'), Date.now()),
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, MAX_FOREIGN_BODY);
  }
}
