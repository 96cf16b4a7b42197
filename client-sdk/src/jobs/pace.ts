import type { UploadProgress } from './source.ts';

/** How fast a transfer is, over the last seconds. */
export interface Pace {
  readonly bytesPerSecond: number;
  /** `undefined` while nothing moves. */
  readonly secondsLeft: number | undefined;
}

/** The pace is that of the last so many ms. */
const WINDOW_MS = 8000;

/**
 * Adds the pace to a progress.
 *
 * @param first bytes that were there before: they took no time
 */
export function paced(onProgress: UploadProgress | undefined, first = 0): (loaded: number, total: number) => void {
  if (!onProgress) return () => undefined;
  let marks = [{ at: performance.now(), loaded: first }];
  return (loaded, total) => {
    const now = performance.now();
    // A repeated upload begins again.
    if (loaded < (marks.at(-1)?.loaded ?? 0)) marks = [];
    const recent = marks.findIndex(({ at }) => at >= now - WINDOW_MS);
    marks = [...marks.slice(recent < 0 ? -1 : recent), { at: now, loaded }];
    const [oldest = { at: now, loaded }] = marks;
    const seconds = (now - oldest.at) / 1000;
    const bytesPerSecond = seconds > 0 ? (loaded - oldest.loaded) / seconds : 0;
    const secondsLeft = bytesPerSecond > 0 ? (total - loaded) / bytesPerSecond : undefined;
    onProgress(loaded, total, { bytesPerSecond, secondsLeft });
  };
}
