import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Config } from '../../../config/config.ts';
import { StorageTime } from './time.ts';

const CONNECT_MS = 5000;
/** Tries of one request, the first included; the pauses between them grow. */
const ATTEMPTS = 4;
/** Enough for all uploads and downloads that one process serves at once: a request without a socket counts as silence. */
const SOCKETS = 256;

export type S3Settings = Pick<
  Config,
  | 'S3_BUCKET'
  | 'S3_ENDPOINT'
  | 'S3_PUBLIC_ENDPOINT'
  | 'S3_PREFIX'
  | 'S3_FORCE_PATH_STYLE'
  | 'S3_SSE'
  | 'S3_KMS_KEY_ID'
  | 'S3_CHECKSUM'
  | 'S3_TIMEOUT_SECONDS'
  | 'S3_SIGNED_URLS'
  | 'AWS_REGION'
  | 'AWS_ACCESS_KEY_ID'
  | 'AWS_SECRET_ACCESS_KEY'
  | 'AWS_SESSION_TOKEN'
>;

/** The ways to one storage. */
export interface S3Clients {
  /** Everything but contents: a silent connection ends after the configured time. */
  readonly requests: S3Client;
  /** Contents. The time limit is on the beginning of the answer alone: whoever reads may be slow, see `breakOnSilence`. */
  readonly contents: S3Client;
  /** Signs URLs for callers, who may know the storage under another name. */
  readonly signer: S3Client;
  readonly time: StorageTime;
  destroy(): void;
}

function credentialsOf(settings: S3Settings): S3ClientConfig {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = settings;
  if (!accessKeyId || !secretAccessKey) return {};
  const sessionToken = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {};
  return { credentials: { accessKeyId, secretAccessKey, ...sessionToken } };
}

/** Clients of the configured storage. Nothing is asked of it yet. */
export function createClients(settings: S3Settings): S3Clients {
  const silenceMs = settings.S3_TIMEOUT_SECONDS * 1000;
  const common: S3ClientConfig = {
    ...credentialsOf(settings),
    ...(settings.S3_ENDPOINT ? { endpoint: settings.S3_ENDPOINT } : {}),
    region: settings.AWS_REGION,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE,
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    // Checksums are computed here, once, and go as plain headers: many servers do not know trailers (aws-chunked).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It costs a connection of its own for each part.
    expectContinueHeader: false,
  };
  const agents = { httpAgent: { maxSockets: SOCKETS }, httpsAgent: { maxSockets: SOCKETS } };
  const connectionTimeout = Math.min(CONNECT_MS, silenceMs);
  const requests = new S3Client({
    ...common,
    requestHandler: { ...agents, connectionTimeout, socketTimeout: silenceMs },
  });
  const contents = new S3Client({
    ...common,
    requestHandler: { ...agents, connectionTimeout, requestTimeout: silenceMs, throwOnRequestTimeout: true },
  });
  const time = new StorageTime();
  for (const client of [requests, contents]) time.learnFrom(client);
  const endpoint = settings.S3_PUBLIC_ENDPOINT;
  const signer = endpoint ? new S3Client({ ...common, endpoint }) : requests;
  return {
    requests,
    contents,
    signer,
    time,
    destroy: () => {
      for (const client of [requests, contents, signer]) client.destroy();
    },
  };
}
