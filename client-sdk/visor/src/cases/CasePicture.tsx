import type { Job } from '@som3d/client';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { linkOf, q } from '../service.ts';
import { Icon } from '../ui/Icon.tsx';
import styles from './cases.module.css';

/** The picture of a case's first model. The signed links are asked for again before they expire. */
export function CasePicture({ job }: { readonly job: Job }) {
  const { data } = useQuery({
    ...q.som3d.stls(job.status === 'done' ? { params: { id: job.job_id } } : skipToken),
    staleTime: 5 * 60_000,
  });
  const [broken, setBroken] = useState<string>();
  const url = data?.items.find(({ png_url }) => png_url)?.png_url;
  return (
    <span className={styles['picture']}>
      {url && url !== broken ? (
        <img src={linkOf(url)} alt="" width="88" height="66" loading="lazy" onError={() => setBroken(url)} />
      ) : (
        <Icon name="cases" size={32} />
      )}
    </span>
  );
}
