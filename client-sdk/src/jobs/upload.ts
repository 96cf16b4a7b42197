import type { Contract, Job, JobFields } from '@som3d/contract';
import type { z } from 'zod';
import { BODY } from '../core/client.ts';
import type { BodySource } from '../core/transport.ts';
import type { Client, RouteArgs } from '../core/types.ts';
import { formMultipart, randomKey, sendsStreams, streamedMultipart, type MultipartContent } from './multipart.ts';
import type { UploadFile, UploadProgress } from './source.ts';

type FieldsInput = z.input<typeof JobFields>;
/** The fields of an upload; `extra_tasks` also as a list. */
export type UploadFields = Omit<Partial<FieldsInput>, 'extra_tasks'> & {
  extra_tasks?: string | readonly string[] | undefined;
};

/** What {@link uploadJob} takes. */
export interface UploadOptions {
  /** A ZIP of DICOM files. */
  readonly file: UploadFile;
  /** Its name, e.g. `scan.zip`. A `File`'s own by default. */
  readonly filename?: string | undefined;
  readonly fields?: UploadFields | undefined;
  /** Repeating the upload with the same key answers the first job. Random by default. */
  readonly idempotencyKey?: string | undefined;
  /** Bytes handed to the network; begins anew when the upload is repeated. */
  readonly onProgress?: UploadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Longest time in ms in which nothing moves. Browsers show no movement, so there it is not applied. */
  readonly timeoutMs?: number | undefined;
}

type CreateArgs = RouteArgs<Contract['som3d']['create']> & { [BODY]?: BodySource };

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
 * Uploads a scan and queues its conversion. In Node the file is streamed: its size does not matter to the memory.
 *
 * It is sent again, with the same idempotency key, after a network failure: two tries make one job.
 *
 * @returns the job, `queued` or further on
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
