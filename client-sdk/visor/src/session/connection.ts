import { Store } from '../store.ts';

/** Whether the service can be reached. Found out by the requests themselves. */
class Connection {
  readonly online = new Store(true);
  #recover: () => Promise<void> = () => Promise.resolve();

  /** @param recover waits for the service; it calls `found` */
  onLost(recover: () => Promise<void>): void {
    this.#recover = recover;
  }

  lost(): void {
    if (!this.online.get()) return;
    this.online.set(false);
    void this.#recover();
  }

  found(): void {
    this.online.set(true);
  }
}

export const connection = new Connection();
