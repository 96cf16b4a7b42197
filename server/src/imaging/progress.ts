import type { Phase, Reporter } from './protocol.ts';

const TICK_MS = 400;

/** Share of the whole job, in percent, at which each phase begins; its end is where the next one begins. */
const PHASE_START: Record<Phase, number> = { reading: 0, segmenting: 25, meshing: 32, packing: 97 };
const PHASE_END: Record<Phase, number> = { reading: 25, segmenting: 32, meshing: 97, packing: 100 };

/**
 * Turns the progress of stages into one percentage that never goes back, and keeps it
 * moving through stages that cannot tell how far they are.
 */
export class Progress {
  readonly #reporter: Reporter;
  #phase: Phase = 'reading';
  #last = -1;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  log(line: string): void {
    this.#reporter.log(line);
  }

  /** @param fraction of the phase, 0..1 */
  update(phase: Phase, fraction: number): void {
    const [from, to] = [PHASE_START[phase], PHASE_END[phase]];
    const percent = Math.round((from + (to - from) * Math.min(1, Math.max(0, fraction))) * 10) / 10;
    const phaseMoved = PHASE_START[phase] > PHASE_START[this.#phase];
    if (percent <= this.#last && !phaseMoved) return;
    if (phaseMoved) this.#phase = phase;
    this.#last = Math.max(this.#last, percent);
    this.#reporter.progress(this.#phase, this.#last);
  }

  /**
   * Runs a stage that reports nothing itself: the percentage moves from `from` towards `to` (fractions of
   * the phase) on a clock, ever slower as the expected time passes, and is at `to` when the stage ends.
   */
  async during<T>(
    stage: { phase: Phase; from: number; to: number; expectedMs: number },
    work: () => Promise<T>,
  ): Promise<T> {
    const { phase, from, to, expectedMs } = stage;
    const started = performance.now();
    this.update(phase, from);
    const timer = setInterval(() => {
      const elapsed = (performance.now() - started) / Math.max(1, expectedMs);
      // 1/(1+x) falls slowly enough to go on moving for many times the expected duration
      this.update(phase, from + (to - from) * (1 - 1 / (1 + elapsed)));
    }, TICK_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.update(phase, to);
    }
  }
}
