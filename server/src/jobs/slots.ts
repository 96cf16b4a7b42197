/** Gives a slot back; more than once is no error. */
export type Release = () => void;

/**
 * How many jobs a worker computes at once, whoever brought them. Who waits for a slot gets one in the order of asking.
 *
 * @param count at least 1
 */
export function createSlots(count: number) {
  const waiting: ((release: Release | null) => void)[] = [];
  let free = count;
  let closed = false;

  const taken = (): Release => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next) next(taken());
      else free++;
    };
  };

  /** A slot if there is one now. */
  const tryTake = (): Release | null => {
    if (closed || free === 0) return null;
    free--;
    return taken();
  };

  /** A slot as soon as there is one; null when there will be none any more. */
  const take = async (): Promise<Release | null> => {
    if (closed) return null;
    return tryTake() ?? (await new Promise((resolve) => waiting.push(resolve)));
  };

  /** No further slots: who waits gets none. */
  const close = (): void => {
    closed = true;
    for (const resolve of waiting.splice(0)) resolve(null);
  };

  return { tryTake, take, close };
}
export type Slots = ReturnType<typeof createSlots>;
