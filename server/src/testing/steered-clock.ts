/** The system's clock, moved by as much as a test says. Pass `now` where the service takes a clock. */
export class SteeredClock {
  #offsetMs = 0;

  readonly now = (): Date => new Date(Date.now() + this.#offsetMs);

  /** Moves it forward from now on. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}
