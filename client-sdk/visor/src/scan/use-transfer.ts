import { isApiError, resumableUpload, type Job, type ResumableUpload, type UploadFields } from '@som3d/client';
import { useEffect, useRef, useState } from 'react';
import { client } from '../service.ts';
import { useTexts } from '../texts.ts';
import type { FileProgress } from './remote-scan.ts';
import { SCAN_TEXTS } from './scan.texts.ts';
import type { TransferState } from './Transfer.tsx';
import { forget, remember } from './unfinished.ts';

/** The fingerprint of an upload holds the name: it must be the same after the page was closed. */
const FILENAME = 'estudio.zip';
/** A line that is silent for so long is told, ms. */
const SILENCE_MS = 8000;

/** Packs a case and sends it, one at a time. It can be held, and goes on after a lost line or a closed page. */
export function useTransfer() {
  const t = useTexts(SCAN_TEXTS);
  const [state, setState] = useState<TransferState>();
  const [problem, setProblem] = useState<string>();
  const upload = useRef<ResumableUpload>(undefined);
  const canceled = useRef(false);
  const silence = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Whoever leaves the page holds the upload: the case can go on from the page of new cases.
  useEffect(() => () => upload.current?.pause(), []);

  function hear(sent: number, total: number): void {
    clearTimeout(silence.current);
    silence.current = setTimeout(() => setState({ step: 'interrupted', sent, total }), SILENCE_MS);
  }

  /**
   * Sends a ZIP.
   *
   * @returns the job; undefined when the person gave up
   * @throws what the service refuses, and the network error of a line that stays away: the case is kept then
   */
  async function send(file: Blob, fields: UploadFields): Promise<Job | undefined> {
    canceled.current = false;
    remember(fields);
    setState({ step: 'sending', sent: 0, total: file.size, pace: undefined });
    upload.current = resumableUpload(client, {
      file,
      filename: FILENAME,
      fields,
      onProgress: (sent, total, pace) => {
        hear(sent, total);
        setState({ step: 'sending', sent, total, pace });
      },
    });
    try {
      const job = await upload.current.job;
      await forget();
      return job;
    } catch (error) {
      if (canceled.current) return undefined;
      if (isApiError(error)) await forget();
      throw error;
    } finally {
      clearTimeout(silence.current);
      upload.current = undefined;
      setState(undefined);
    }
  }

  /**
   * Packs a series and sends it.
   *
   * @param pack makes the ZIP
   * @returns the job; undefined when the person gave up, or when there is a `problem` to read
   */
  async function run(pack: (onFile: FileProgress) => Promise<Blob>, fields: UploadFields): Promise<Job | undefined> {
    canceled.current = false;
    setProblem(undefined);
    setState({ step: 'packing', done: 0, total: 1 });
    try {
      const file = await pack((done, total) => setState({ step: 'packing', done, total }));
      if (!canceled.current) return await send(file, fields);
      await forget();
      return undefined;
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== 'NotAnonymousError' && name !== 'QuotaExceededError') throw error;
      setProblem(name === 'NotAnonymousError' ? t.notAnonymous(message) : t.noRoom);
      return undefined;
    } finally {
      setState(undefined);
    }
  }

  function pause(): void {
    clearTimeout(silence.current);
    upload.current?.pause();
    setState((now) => (now && now.step !== 'packing' ? { step: 'paused', sent: now.sent, total: now.total } : now));
  }

  function resume(): void {
    setState((now) =>
      now && now.step !== 'packing' ? { step: 'sending', sent: now.sent, total: now.total, pace: undefined } : now,
    );
    upload.current?.resume();
  }

  function cancel(): void {
    canceled.current = true;
    // What has arrived expires by itself when it cannot be removed now.
    upload.current?.abandon().catch(() => undefined);
    void forget();
  }

  return { state, problem, run, send, pause, resume, cancel };
}

export type CaseTransfer = ReturnType<typeof useTransfer>;
