import type { Logger } from 'pino';
import type { Config } from '../../config/config.ts';
import { FileStorage } from './files.ts';
import type { UrlSigner } from './signed-url.ts';
import type { Storage } from './storage.ts';

/** The storage that the configuration names: a bucket, else a folder. A folder does not load the client for buckets. */
export async function openStorage(config: Config, signer: UrlSigner, log: Logger): Promise<Storage> {
  if (!config.S3_BUCKET) return await FileStorage.open(config.dataDir, signer);
  const { S3Storage } = await import('./s3/storage.ts');
  return await S3Storage.open(config, signer, log);
}
