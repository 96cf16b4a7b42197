import { request as httpRequest } from 'node:http';

/** A caller of the resumable uploads that speaks the protocol by itself, as a foreign client does. */
export interface TusCaller {
  readonly url: string;
  readonly token: string;
}

export interface TusAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export const TUS = { 'tus-resumable': '1.0.0' };
const BYTES = 'application/offset+octet-stream';

async function ask(
  { url, token }: TusCaller,
  path: string,
  method: string,
  headers: Record<string, string>,
  body?: Uint8Array<ArrayBuffer>,
): Promise<TusAnswer> {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body ? { body } : {}),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

export async function createUpload(
  caller: TusCaller,
  size: number,
  headers: Record<string, string> = TUS,
): Promise<TusAnswer> {
  return await ask(caller, '/som3d/uploads', 'POST', { 'upload-length': String(size), ...headers });
}

/** The address of a new upload. */
export async function begin(caller: TusCaller, size: number): Promise<string> {
  const { status, headers } = await createUpload(caller, size);
  if (status !== 201) throw new Error(`the upload was not created: ${status}`);
  return headers.get('location') ?? '';
}

export async function head(caller: TusCaller, path: string): Promise<TusAnswer> {
  return await ask(caller, path, 'HEAD', TUS);
}

export async function append(
  caller: TusCaller,
  path: string,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<TusAnswer> {
  const all = { ...TUS, 'content-type': BYTES, 'upload-offset': String(offset), ...headers };
  return await ask(caller, path, 'PATCH', all, bytes);
}

export async function terminate(caller: TusCaller, path: string, headers = TUS): Promise<TusAnswer> {
  return await ask(caller, path, 'DELETE', headers);
}

export async function finish(caller: TusCaller, path: string, fields: object = {}): Promise<TusAnswer> {
  const body = JSON.stringify({ upload_id: path.split('/').at(-1), ...fields });
  return await ask(
    caller,
    '/som3d/jobs/from-upload',
    'POST',
    { 'content-type': 'application/json' },
    Buffer.from(body),
  );
}

/** A request to append that the test writes by hand, and breaks off. */
export function openAppend(
  { url, token }: TusCaller,
  path: string,
  { offset, length }: Record<'offset' | 'length', number>,
) {
  const request = httpRequest(new URL(path, url), {
    method: 'PATCH',
    headers: {
      ...TUS,
      authorization: `Bearer ${token}`,
      'content-type': BYTES,
      'content-length': length,
      'upload-offset': offset,
    },
  });
  request.on('error', () => undefined);
  return request;
}
