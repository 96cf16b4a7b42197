import { binaryBody, type BinaryBody } from '../core/binary.ts';
import { internalsOf } from '../core/client.ts';
import { InvalidRequestError } from '../core/errors.ts';
import { watched } from '../core/response.ts';
import { originOf, type WireRequest } from '../core/transport.ts';
import type { CallOptions } from '../core/types.ts';
import type { Client } from '../generated/types.ts';

/** Options of a download. `range` is an HTTP range, e.g. `bytes=1000-`. */
export interface DownloadOptions extends Pick<CallOptions, 'signal' | 'timeoutMs' | 'retry'> {
  readonly range?: string | undefined;
}

/**
 * The result of a job, a ZIP, not yet read.
 *
 * @throws ConflictError until the job is done
 */
export async function downloadResult(
  client: Client,
  jobId: string,
  { range, ...options }: DownloadOptions = {},
): Promise<BinaryBody> {
  const { body } = await client.som3d.resultBytes({ params: { id: jobId }, headers: { range }, ...options });
  return body;
}

/**
 * The first model of a running job, a GLB, not yet read. The job's progress has `preview` from when it can be downloaded.
 *
 * @throws NotFoundError before there is one and when the job has ended
 */
export async function downloadPreview(
  client: Client,
  jobId: string,
  { range, ...options }: DownloadOptions = {},
): Promise<BinaryBody> {
  const { body } = await client.som3d.preview({ params: { id: jobId }, headers: { range }, ...options });
  return body;
}

/** The absolute form of an address of the service, which can be a path. */
function resolve(baseUrl: string, url: string): string {
  if (url.startsWith('/') && !url.startsWith('//')) return baseUrl + url;
  if (!/^https?:\/\//i.test(url)) throw new InvalidRequestError('A signed address must be http:// or https://');
  return url;
}

/**
 * One model, not yet read, by its signed address: an item of `client.som3d.stls()`, or the `url` of
 * `client.som3d.result()`. The address is its own permission, so the client sends no access token to it.
 *
 * @throws ForbiddenError when the address expired
 */
export async function downloadStl(
  client: Client,
  item: string | { readonly url: string },
  { range, ...options }: DownloadOptions = {},
): Promise<BinaryBody> {
  const { baseUrl, transport } = internalsOf(client);
  const url = resolve(baseUrl, typeof item === 'string' ? item : item.url);
  const request: WireRequest = {
    name: 'som3d.file',
    url,
    method: 'GET',
    headers: range === undefined ? {} : { range },
    authenticated: false,
    ...options,
  };
  return transport.send(request, async ({ headers, body }, deadline) => {
    const stream = body ?? new Blob([]).stream();
    return binaryBody(headers, watched(stream, deadline, originOf(url)));
  });
}
