import { ListMultipartUploadsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { storedFiles } from '../../support/jobs.ts';
import { s3Client } from '../../support/s3.ts';
import type { Cluster } from '../machine/cluster.ts';
import { BUCKET } from '../machine/s3.ts';

/** What is in the storage, seen from outside of the service. */
export interface Stored {
  /** Keys of all objects. */
  readonly keys: readonly string[];
  /** Whatever else lies about: drafts, parts of uploads, work folders. */
  readonly leftovers: readonly string[];
}

/** Files below a data folder that every process shares. */
export async function storedInFolder(dataDir: string): Promise<Stored> {
  const files = await storedFiles(dataDir);
  return {
    keys: files.filter((file) => file.startsWith('files/')).map((file) => file.slice('files/'.length)),
    leftovers: files.filter((file) => !file.startsWith('files/')),
  };
}

async function storedInBucket(url: string): Promise<Stored> {
  const client = s3Client(url);
  try {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: BUCKET })) {
      // The installation's mark and the trash are no files of jobs.
      keys.push(...Contents.map(({ Key = '' }) => Key).filter((key) => !/^(.*\/)?(installation|trash)\//.test(key)));
    }
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    return { keys, leftovers: Uploads.map(({ Key }) => `multipart upload ${Key}`) };
  } finally {
    client.destroy();
  }
}

/** Everything that the service keeps, wherever it is. */
export async function storedBy({ dataDir, s3Url }: Pick<Cluster, 'dataDir' | 's3Url'>): Promise<Stored> {
  const local = await storedInFolder(dataDir);
  if (s3Url === undefined) return local;
  const { keys, leftovers } = await storedInBucket(s3Url);
  return { keys, leftovers: [...leftovers, ...local.keys, ...local.leftovers] };
}
