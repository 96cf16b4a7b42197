import type { Client, Job, JobFields } from '../generated/types.ts';
import { BODY } from '../core/client.ts';
import type { BodySource } from '../core/transport.ts';
import type { RouteArgs } from '../core/types.ts';
import { formMultipart, randomKey, sendsStreams, streamedMultipart, type MultipartContent } from './multipart.ts';
import type { UploadFile, UploadProgress } from './source.ts';

/** The fields of an upload; `extra_tasks` also as a list. */
export type UploadFields = Omit<Partial<JobFields>, 'extra_tasks'> & {
  extra_tasks?: string | readonly string[] | undefined;
};

/** Options of {@link uploadJob}. */
export interface UploadOptions {
  /** A ZIP of DICOM files. */
  readonly file: UploadFile;
  /** Its name, e.g. `scan.zip`. A `File`'s own by default. */
  readonly filename?: string | undefined;
  readonly fields?: UploadFields | undefined;
  /** A repeated upload with the same key returns the first job. Random by default. */
  readonly idempotencyKey?: string | undefined;
  /** Bytes that the network accepted; restarts when the upload is repeated. */
  readonly onProgress?: UploadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Longest time in ms without sent bytes. Browsers do not report sent bytes, so there it does not apply. */
  readonly timeoutMs?: number | undefined;
}

type CreateArgs = RouteArgs<Client['som3d']['create']> & { [BODY]?: BodySource };

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;
}

function fieldsOf(fields: UploadFields): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text] as [string, string]];
  });
}

function nameOf(file: UploadFile): string | undefined {
  return typeof File !== 'undefined' && file instanceof File ? file.name : undefined;
}

/**
 * Uploads a scan and queues its conversion. In Node it streams the file, so memory does not depend on the size.
 *
 * After a network failure it sends the file again with the same idempotency key: two attempts make one job.
 *
 * @returns the job, `queued` or in a later state
 * @throws ValidationError for fields or a size that the service refuses, ApiError 413 for a file that is too large
 */
export async function uploadJob(client: Client, options: UploadOptions): Promise<Job> {
  const { file, onProgress, idempotencyKey = randomKey() } = options;
  const content: MultipartContent = {
    fields: fieldsOf(options.fields ?? {}),
    fileField: 'file',
    filename: options.filename ?? nameOf(file) ?? 'scan.zip',
    contentType: 'application/zip',
    file,
  };
  const streamed = sendsStreams();
  const args: CreateArgs = {
    body: streamed ? new FormData() : await formMultipart(content),
    headers: { 'idempotency-key': idempotencyKey },
    signal: options.signal,
    timeoutMs: streamed ? options.timeoutMs : 0,
    ...(streamed ? { [BODY]: streamedMultipart(content, onProgress) } : {}),
  };
  if (streamed) return (await client.som3d.create(args)).body;
  onProgress?.(0, file.size);
  const { body: job } = await client.som3d.create(args);
  onProgress?.(file.size, file.size);
  return job;
}
