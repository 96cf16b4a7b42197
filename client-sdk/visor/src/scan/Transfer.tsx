import type { UploadProgress } from '@som3d/client';
import { useFormats } from '../format.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import styles from './Transfer.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';
import type { CaseTransfer } from './use-transfer.ts';

/** How far a case is on its way, in files or in bytes. */
export type TransferState =
  | { readonly step: 'packing'; readonly done: number; readonly total: number }
  | {
      readonly step: 'sending';
      readonly sent: number;
      readonly total: number;
      readonly pace: Parameters<UploadProgress>[2] | undefined;
    }
  | { readonly step: 'paused' | 'interrupted'; readonly sent: number; readonly total: number };

const MINUTE = 60;

/** Preparing and sending, with speed and time left; it can be held. */
export function Transfer({ transfer }: { readonly transfer: CaseTransfer }) {
  const t = useTexts(SCAN_TEXTS);
  const format = useFormats();
  const { state } = transfer;
  if (!state) return null;
  const done = state.step === 'packing' ? state.done : state.sent;
  const percent = Math.floor((100 * done) / Math.max(1, state.total));

  function words(now: TransferState): string {
    if (now.step === 'packing') return t.packing(now.done, now.total);
    if (now.step === 'paused') return t.paused;
    return now.step === 'interrupted' ? t.interrupted : t.sending(percent);
  }

  function facts(now: TransferState): string {
    if (now.step !== 'sending' || !now.pace?.secondsLeft) return '';
    const { bytesPerSecond, secondsLeft } = now.pace;
    const left = Math.ceil(secondsLeft);
    return [
      t.speed(format.bytes(bytesPerSecond)),
      left < MINUTE ? t.secondsLeft(left) : t.minutesLeft(Math.ceil(left / MINUTE)),
    ].join(' · ');
  }

  return (
    <section className={styles.transfer} aria-label={t.sendingLabel}>
      <p className={styles.words} role="status">
        {words(state)}
      </p>
      <progress className={styles.bar} value={percent} max={100} aria-label={t.sendingLabel} />
      <p className={styles.facts}>{facts(state)}</p>
      <div className={styles.buttons}>
        {state.step === 'sending' && <Button onClick={transfer.pause}>{t.pause}</Button>}
        {state.step === 'paused' && (
          <Button kind="primary" onClick={transfer.resume}>
            {t.resume}
          </Button>
        )}
        <Button kind="quiet" onClick={transfer.cancel}>
          {t.cancel}
        </Button>
      </div>
    </section>
  );
}
