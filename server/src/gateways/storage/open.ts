import type { Logger } from 'pino';
import type { Config } from '../../config/config.ts';
import { FileStorage } from './files.ts';
import { S3Storage } from './s3/storage.ts';
import type { UrlSigner } from './signed-url.ts';
import type { Storage } from './storage.ts';

/** The storage that the configuration names: a bucket, else a folder. */
export async function openStorage(config: Config, signer: UrlSigner, log: Logger): Promise<Storage> {
  return config.S3_BUCKET ? await S3Storage.open(config, signer, log) : await FileStorage.open(config.dataDir, signer);
}
