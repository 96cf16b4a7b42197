import type { Phase, Reporter } from './protocol.ts';

const TICK_MS = 400;

/** Percent of the whole job at which each phase begins; its end is where the next one begins. */
export type PhasePlan = readonly [reading: number, segmenting: number, meshing: number, packing: number];

/** Meshing is what takes time. */
export const MESHING_HEAVY: PhasePlan = [0, 25, 32, 97];
/** Segmentation by a network takes more time than all the rest. */
export const SEGMENTING_HEAVY: PhasePlan = [0, 6, 80, 97];

const ORDER: readonly Phase[] = ['reading', 'segmenting', 'meshing', 'packing'];

/**
 * Turns the progress of stages into one percentage that never goes back, and keeps it
 * moving through stages that cannot tell how far they are.
 */
export class Progress {
  readonly #reporter: Reporter;
  #phase: Phase = 'reading';
  #last = -1;
  readonly #plan: PhasePlan;

  constructor(reporter: Reporter, plan: PhasePlan = MESHING_HEAVY) {
    this.#reporter = reporter;
    this.#plan = plan;
  }

  log(line: string): void {
    this.#reporter.log(line);
  }

  /** @param fraction of the phase, 0..1 */
  update(phase: Phase, fraction: number): void {
    const index = ORDER.indexOf(phase);
    const [from, to] = [this.#plan[index]!, this.#plan[index + 1] ?? 100];
    const percent = Math.round((from + (to - from) * Math.min(1, Math.max(0, fraction))) * 10) / 10;
    const phaseMoved = index > ORDER.indexOf(this.#phase);
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
