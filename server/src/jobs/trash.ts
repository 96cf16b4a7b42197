import type { Deps } from '../deps.ts';
import { AppError } from '../base/errors.ts';
import type { StoredObject } from '../gateways/storage/storage.ts';

const TRASH = 'trash/';
const DAY_MS = 86_400_000;
/** `trash/20261130T191500Z/<key>`: when the object was thrown away, and where it was. */
const TRASHED = /^trash\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\/(.+)$/;

interface Trashed {
  readonly thrownAt: Date;
  /** The key that the object had. */
  readonly key: string;
}

function stampOf(at: Date): string {
  return at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function readTrashed(key: string): Trashed | null {
  const [, year, month, day, hour, minute, second, original] = TRASHED.exec(key) ?? [];
  if (original === undefined) return null;
  return { thrownAt: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`), key: original };
}

/** Where superfluous objects stay for some days before they are gone. */
export class Trash {
  readonly #deps: Pick<Deps, 'storage' | 'clock' | 'config'>;

  constructor(deps: Pick<Deps, 'storage' | 'clock' | 'config'>) {
    this.#deps = deps;
  }

  /** @returns false when the object was gone already */
  async throwAway(key: string): Promise<boolean> {
    const { storage, clock } = this.#deps;
    try {
      await storage.move(key, `${TRASH}${stampOf(clock())}/${key}`);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not_found') return false;
      throw error;
    }
  }

  /** Removes what has been here for SOM3D_TRASH_DAYS. @returns how many objects */
  async empty(): Promise<number> {
    const { storage, clock, config } = this.#deps;
    const before = clock().getTime() - config.SOM3D_TRASH_DAYS * DAY_MS;
    let removed = 0;
    for await (const { object, trashed } of this.#list()) {
      if (trashed.thrownAt.getTime() > before) continue;
      await storage.remove(object.key);
      removed += 1;
    }
    return removed;
  }

  /** Puts everything back to where it was; what is there again stays as it is. @returns how many objects */
  async restore(): Promise<number> {
    const { storage } = this.#deps;
    let restored = 0;
    for await (const { object, trashed } of this.#list()) {
      if (await storage.stat(trashed.key)) continue;
      await storage.move(object.key, trashed.key);
      restored += 1;
    }
    return restored;
  }

  async *#list(): AsyncGenerator<{ readonly object: StoredObject; readonly trashed: Trashed }> {
    for await (const object of this.#deps.storage.list(TRASH)) {
      const trashed = readTrashed(object.key);
      if (trashed) yield { object, trashed };
    }
  }
}
