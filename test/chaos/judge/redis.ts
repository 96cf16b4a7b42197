import { Redis } from 'ioredis';

/** What the queue keeps when it is empty: counters, its events, markers; nothing about a job. */
const OF_THE_QUEUE = /:(id|meta|events|stalled-check|marker|pc|priority)$/;

/** Keys about single jobs. When all have ended there should be none. */
export async function redisLeftovers(url: string | undefined): Promise<string[]> {
  if (url === undefined) return [];
  const redis = new Redis(url);
  try {
    return (await redis.keys('*')).filter((key) => !OF_THE_QUEUE.test(key)).toSorted();
  } finally {
    redis.disconnect();
  }
}
