import type { S3Client } from '@aws-sdk/client-s3';

interface Answer {
  readonly response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * The storage's own time, learned from the `Date` of its answers. It decides by its clock whether a signed URL is still
 * valid, and the clocks of this machine and of the database can differ from it. Between two answers the time follows this
 * machine's monotonic clock.
 */
export class StorageTime {
  /** The storage's time less the monotonic clock, ms; null before the first answer. */
  #ahead: number | null = null;

  /** @param otherwise the time until the storage has answered once */
  now(otherwise: () => Date): Date {
    return this.#ahead === null ? otherwise() : new Date(this.#ahead + performance.now());
  }

  learnFrom(client: S3Client): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.#learn((result as Answer).response?.headers?.['date']);
        return result;
      },
      { step: 'deserialize', name: 'storageTime' },
    );
  }

  #learn(date: string | undefined): void {
    const at = Date.parse(date ?? '');
    if (!Number.isNaN(at)) this.#ahead = at - performance.now();
  }
}
