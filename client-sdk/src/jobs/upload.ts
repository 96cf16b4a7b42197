import type { Client, Job } from '../generated/types.ts';
import { BODY } from '../core/client.ts';
import type { BodySource } from '../core/transport.ts';
import type { RouteArgs } from '../core/types.ts';
import { hasXhr } from '../core/xhr.ts';
import { fieldsOf, type UploadFields } from './fields.ts';
import { formMultipart, randomKey, streamedMultipart, type MultipartContent } from './multipart.ts';
import { paced } from './pace.ts';
import { resumableUpload } from './resumable.ts';
import { sendsStreams } from './sending.ts';
import { nameOf, type UploadFile, type UploadProgress } from './source.ts';
import type { UploadStore } from './upload-store.ts';

/** Options of {@link uploadJob}. */
export interface UploadOptions {
  /** A ZIP of DICOM files. */
  readonly file: UploadFile;
  /** Its name, e.g. `scan.zip`. A `File`'s own by default. */
  readonly filename?: string | undefined;
  readonly fields?: UploadFields | undefined;
  /**
   * Whether it goes on where a line broke, also after a reload: see {@link resumableUpload}. A store says where it is
   * remembered. By default a browser does it for a Blob of 16 MiB or more, when no `idempotencyKey` is given; other programs do not.
   */
  readonly resumable?: boolean | UploadStore | undefined;
  /** A repeated upload with the same key returns the first job. Random by default. A resumable upload needs none. */
  readonly idempotencyKey?: string | undefined;
  /** Bytes that the network accepted; restarts when the upload is repeated. */
  readonly onProgress?: UploadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Longest time in ms without sent bytes. */
  readonly timeoutMs?: number | undefined;
}

type CreateArgs = RouteArgs<Client['som3d']['create']> & { [BODY]?: BodySource };

/** From this size on a file is worth the two requests more of a resumable upload, bytes. */
export const RESUMABLE_FROM = 16 * 1024 * 1024;

function isResumable({ file, resumable, idempotencyKey }: UploadOptions): boolean {
  if (resumable !== undefined) return resumable !== false;
  return !sendsStreams() && file instanceof Blob && file.size >= RESUMABLE_FROM && idempotencyKey === undefined;
}

/**
 * Uploads a scan and queues its conversion. In Node it streams the file, so memory does not depend on the size.
 *
 * After a network failure it sends the file again with the same idempotency key: two attempts make one job. A resumable
 * upload sends what is missing only.
 *
 * @returns the job, `queued` or in a later state
 * @throws ValidationError for fields or a size that the service refuses, ApiError 413 for a file that is too large
 */
export async function uploadJob(client: Client, options: UploadOptions): Promise<Job> {
  const { file, resumable, idempotencyKey = randomKey(), signal } = options;
  if (isResumable(options)) {
    const store = typeof resumable === 'object' ? resumable : undefined;
    return await resumableUpload(client, { ...options, store }).job;
  }
  const content: MultipartContent = {
    fields: fieldsOf(options.fields ?? {}),
    fileField: 'file',
    filename: options.filename ?? nameOf(file) ?? 'scan.zip',
    contentType: 'application/zip',
    file,
  };
  const streamed = sendsStreams();
  const report = paced(options.onProgress);
  const args: CreateArgs = {
    body: new FormData(),
    headers: { 'idempotency-key': idempotencyKey },
    signal,
    // Without a report of sent bytes a slow upload looks like a dead one, so the deadline does not run.
    timeoutMs: streamed || hasXhr() ? options.timeoutMs : 0,
    [BODY]: streamed ? streamedMultipart(content, report) : await formMultipart(content, report),
  };
  if (streamed) return (await client.som3d.create(args)).body;
  report(0, file.size);
  const { body: job } = await client.som3d.create(args);
  report(file.size, file.size);
  return job;
}
