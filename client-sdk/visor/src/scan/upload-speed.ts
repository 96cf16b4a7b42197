/** Over how long the speed is taken, ms: longer hides a change, shorter jumps about. */
const SPAN_MS = 5000;

/** The speed of an upload over the last seconds. */
export class UploadSpeed {
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  /**
   * @param bytes that have arrived so far; fewer than before when the upload begins again
   * @param at ms of a clock that never goes back
   * @returns bytes for each second; undefined until that can be said
   */
  add(bytes: number, at: number): number | undefined {
    const begunAgain = bytes < (this.#samples.at(-1)?.bytes ?? 0);
    const recent = begunAgain ? [] : this.#samples.filter((sample) => at - sample.at <= SPAN_MS);
    this.#samples = [...recent, { at, bytes }];
    const [first] = this.#samples;
    return first && at > first.at ? ((bytes - first.bytes) * 1000) / (at - first.at) : undefined;
  }
}
