import type { Logger } from 'pino';
import { AppError } from '../../../base/errors.ts';
import { notFound, unavailable } from '../errors.ts';

const RETRY_SECONDS = 30;

interface S3Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function detailsOf(error: unknown): S3Failure {
  return typeof error === 'object' && error !== null ? error : {};
}

function statusOf(error: unknown): number {
  return detailsOf(error).$metadata?.httpStatusCode ?? 0;
}

/** Whether the object is not there: a bucket that is not there is the operator's trouble. */
export function isMissingObject(error: unknown): boolean {
  const { name } = detailsOf(error);
  return name === 'NoSuchKey' || name === 'NotFound';
}

/** Whether the multipart upload is not there (any more). */
export function isMissingUpload(error: unknown): boolean {
  return detailsOf(error).name === 'NoSuchUpload';
}

/** Answers that trying again does not change: what the operator has to put right, by the error's name. */
const HINTS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'S3_BUCKET does not exist',
  InvalidAccessKeyId: 'AWS_ACCESS_KEY_ID is not known to the storage',
  SignatureDoesNotMatch: 'AWS_SECRET_ACCESS_KEY is wrong',
  ExpiredToken: 'the credentials have expired',
  InvalidToken: 'AWS_SESSION_TOKEN is wrong',
  CredentialsProviderError:
    'no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role',
  PermanentRedirect: 'AWS_REGION is not the region of S3_BUCKET',
  AuthorizationHeaderMalformed: 'AWS_REGION is not the region of S3_BUCKET',
  RequestTimeTooSkewed: "this machine's clock is wrong",
  InsufficientStorage: 'the storage is full',
};
const REFUSED = 'the credentials may not do this on S3_BUCKET and S3_PREFIX (or S3_KMS_KEY_ID)';

/** Passes by itself, whatever the number: too many requests, timeouts, conflicts of two writers. */
const PASSING = new Set([408, 409, 429]);

function hintOf(error: unknown): string | undefined {
  const { name = '' } = detailsOf(error);
  const status = statusOf(error);
  if (name in HINTS) return HINTS[name];
  if (status === 403) return REFUSED;
  const refused = status >= 300 && status < 500 && !PASSING.has(status);
  return refused ? 'the storage refuses the request' : undefined;
}

/**
 * What an answer or a silence of the storage means for the caller: `not_found` for a missing object, `unavailable`
 * for everything else. What only the operator can put right is an error in the log, the rest a warning.
 */
export function asStorageError(error: unknown, doing: string, log: Logger): AppError {
  if (error instanceof AppError) return error;
  if (isMissingObject(error)) return notFound(error);
  const hint = hintOf(error);
  const { name, code, message } = detailsOf(error);
  const facts = { storage: doing, error: name, code, status: statusOf(error) || undefined, reason: message };
  if (hint) log.error(facts, `S3 storage unusable: ${hint}`);
  else log.warn(facts, 'S3 storage failed');
  return unavailable('El almacenamiento no responde', error, RETRY_SECONDS);
}
