import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useDescribe } from '../describe-error.ts';
import { useTexts } from '../texts.ts';
import { Alert } from '../ui/Alert.tsx';
import { Button } from '../ui/Button.tsx';
import { Card } from '../ui/Page.tsx';
import { SCAN_TEXTS } from './scan.texts.ts';
import { Transfer } from './Transfer.tsx';
import { findUnfinished, forget, type Unfinished } from './unfinished.ts';
import { useTransfer } from './use-transfer.ts';

interface Props {
  readonly onSent: (jobId: string) => Promise<void>;
}

/** A case whose sending was cut: it goes on where it was, or is given up. */
export function UnfinishedCase({ onSent }: Props) {
  const t = useTexts(SCAN_TEXTS);
  const describe = useDescribe();
  const transfer = useTransfer();
  const [fault, setFault] = useState<unknown>();
  const { data, refetch } = useQuery({
    queryKey: ['unfinished-case'],
    queryFn: async () => (await findUnfinished()) ?? null,
    staleTime: 0,
    networkMode: 'always',
  });
  if (!data) return null;

  async function go({ file, fields }: Unfinished): Promise<void> {
    setFault(undefined);
    try {
      const job = await transfer.send(file, fields);
      // What is remembered of the page must not offer it again.
      await refetch();
      if (job) await onSent(job.job_id);
    } catch (error) {
      setFault(error);
    }
  }

  async function discard(): Promise<void> {
    await forget();
    await refetch();
  }

  return (
    <Card title={t.unfinished(data.fields.nombre_proceso ?? '')}>
      {fault !== undefined && <Alert>{describe(fault)}</Alert>}
      {transfer.state ? (
        <Transfer transfer={transfer} />
      ) : (
        <>
          <Button kind="primary" onClick={() => void go(data)}>
            {t.resume}
          </Button>{' '}
          <Button kind="quiet" onClick={() => void discard()}>
            {t.discard}
          </Button>
        </>
      )}
    </Card>
  );
}
