import { uploadJob, type Client, type Job, type UploadFields } from '@som3d/client';
import { useRef, useState } from 'react';
import { useTexts } from '../texts.ts';
import { removePacked } from './packed-file.ts';
import type { FileProgress } from './remote-scan.ts';
import { SCAN_TEXTS } from './scan.texts.ts';
import type { TransferState } from './Transfer.tsx';
import { UploadSpeed } from './upload-speed.ts';

/** Packs a series and sends it, one at a time. */
export function useTransfer() {
  const t = useTexts(SCAN_TEXTS);
  const [state, setState] = useState<TransferState>();
  const [problem, setProblem] = useState<string>();
  const stop = useRef<AbortController>(undefined);

  /**
   * @param pack makes the ZIP
   * @returns the job; undefined when the person gave up, or when the data cannot be made anonymous: `problem` says so
   * @throws what the upload throws, so that a form shows it
   */
  async function run(
    pack: (onFile: FileProgress) => Promise<Blob>,
    fields: UploadFields,
    client: Client,
  ): Promise<Job | undefined> {
    const giveUp = (stop.current = new AbortController());
    const speed = new UploadSpeed();
    setProblem(undefined);
    try {
      setState({ step: 'packing', done: 0, total: 1 });
      const file = await pack((done, total) => setState({ step: 'packing', done, total }));
      giveUp.signal.throwIfAborted();
      const onProgress = (sent: number, total: number): void =>
        setState({ step: 'sending', sent, total, speed: speed.add(sent, performance.now()) });
      const filename = 'estudio.zip';
      return await uploadJob(client, { file, filename, fields, signal: giveUp.signal, onProgress });
    } catch (error) {
      if (giveUp.signal.aborted) return undefined;
      if (!(error instanceof Error) || error.name !== 'NotAnonymousError') throw error;
      setProblem(t.notAnonymous(error.message));
      return undefined;
    } finally {
      setState(undefined);
      await removePacked();
    }
  }

  return { state, problem, run, cancel: () => stop.current?.abort() };
}
