import { waitForJob, type Job, type JobProgress } from '@som3d/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client, q } from '../service.ts';

/** The progress of a job, live while it is on the page. At its end the lists read it anew. */
export function useProgress(job: Job): JobProgress {
  const cache = useQueryClient();
  const [live, setLive] = useState<JobProgress>();
  const { job_id, is_processing } = job;
  useEffect(() => {
    if (!is_processing) return undefined;
    const stop = new AbortController();
    const follow = async () => {
      // Whichever way it ends, or when it was removed meanwhile: the list says it.
      await waitForJob(client, job_id, { onProgress: setLive, signal: stop.signal }).catch(() => undefined);
      if (!stop.signal.aborted) await cache.invalidateQueries({ queryKey: q.som3d.all });
    };
    void follow();
    return () => stop.abort();
  }, [job_id, is_processing, cache]);
  return is_processing && live ? live : job;
}
