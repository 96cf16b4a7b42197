import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type MultipartUpload,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isMissingObject, isMissingUpload } from './errors.ts';

interface Place {
  readonly Bucket: string;
  /** Put before every key. */
  readonly root: string;
}

/** All uploads below the prefix that have neither been completed nor aborted. */
async function* openUploads(client: S3Client, { Bucket, root }: Place): AsyncGenerator<MultipartUpload> {
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
  while (marker) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket, Prefix: root, ...marker }),
    );
    yield* page.Uploads ?? [];
    const more = page.IsTruncated && page.NextKeyMarker;
    marker = more ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  }
}

/** When the last part came, or the upload was begun. */
async function lastActivity(client: S3Client, upload: MultipartUpload, Bucket: string): Promise<number> {
  const { Key, UploadId, Initiated } = upload;
  let latest = Initiated?.getTime() ?? 0;
  let PartNumberMarker: string | undefined;
  do {
    const page = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker }));
    for (const { LastModified } of page.Parts ?? []) latest = Math.max(latest, LastModified?.getTime() ?? 0);
    PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (PartNumberMarker);
  return latest;
}

/**
 * Aborts uploads that nothing has come to for `olderThanMs`: their writer has died. One that is alive sends a part of
 * 5 MiB more often than that, however long the whole takes. Some servers (MinIO) list no uploads by a prefix; they
 * remove abandoned ones by themselves, after a day.
 *
 * @returns how many were aborted
 */
export async function abortAbandonedUploads(client: S3Client, place: Place, olderThanMs: number): Promise<number> {
  const { Bucket } = place;
  const before = Date.now() - olderThanMs;
  let aborted = 0;
  for await (const upload of openUploads(client, place)) {
    if ((upload.Initiated?.getTime() ?? 0) > before) continue;
    try {
      if ((await lastActivity(client, upload, Bucket)) > before) continue;
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key: upload.Key, UploadId: upload.UploadId }));
      aborted += 1;
    } catch (error) {
      // It has just been completed, or another sweeper was faster.
      if (!isMissingUpload(error) && !isMissingObject(error)) throw error;
    }
  }
  return aborted;
}
