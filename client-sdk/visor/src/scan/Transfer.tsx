import { useFormats } from '../format.ts';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import styles from './Transfer.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';

/** How far a case is on its way. Bytes, and bytes for each second. */
export type TransferState =
  | { readonly step: 'packing'; readonly done: number; readonly total: number }
  | { readonly step: 'sending'; readonly sent: number; readonly total: number; readonly speed: number | undefined }
  | { readonly step: 'paused' | 'interrupted'; readonly sent: number; readonly total: number };

interface Props {
  readonly state: TransferState;
  readonly onPause?: (() => void) | undefined;
  readonly onResume?: (() => void) | undefined;
  readonly onCancel: () => void;
}

const SECOND = 1;
const MINUTE = 60;

/** Preparing and sending, with speed and time left. */
export function Transfer({ state, onPause, onResume, onCancel }: Props) {
  const t = useTexts(SCAN_TEXTS);
  const formats = useFormats();
  const done = state.step === 'packing' ? state.done : state.sent;
  const percent = Math.floor((100 * done) / Math.max(1, state.total));
  const seconds = state.step === 'sending' && state.speed ? (state.total - state.sent) / state.speed : undefined;

  function words(): string {
    if (state.step === 'packing') return t.packing(state.done, state.total);
    if (state.step === 'paused') return t.paused;
    if (state.step === 'interrupted') return t.interrupted;
    return t.sending(percent);
  }

  return (
    <section className={styles.transfer} aria-label={t.sendingLabel}>
      <p className={styles.words} role="status">
        {words()}
      </p>
      <progress className={styles.bar} value={percent} max={100} aria-label={t.sendingLabel} />
      {state.step === 'sending' && state.speed !== undefined && seconds !== undefined && (
        <p className={styles.facts}>
          {[
            t.speed(formats.bytes(state.speed)),
            seconds < MINUTE
              ? t.secondsLeft(Math.max(SECOND, Math.ceil(seconds)))
              : t.minutesLeft(Math.ceil(seconds / MINUTE)),
          ].join(' · ')}
        </p>
      )}
      <div className={styles.buttons}>
        {state.step === 'sending' && onPause && <Button onClick={onPause}>{t.pause}</Button>}
        {state.step === 'paused' && onResume && (
          <Button kind="primary" onClick={onResume}>
            {t.resume}
          </Button>
        )}
        <Button kind="quiet" onClick={onCancel}>
          {t.cancel}
        </Button>
      </div>
    </section>
  );
}
