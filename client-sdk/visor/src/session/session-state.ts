import { Store } from '../store.ts';

/**
 * - `unknown`: the cookie was not tried yet
 * - `in`, `out`: signed in, signed out by the person in this tab
 * - `expired`: it was `in` and ended, here or in another tab. The page stays as it is, under the sign-in dialog.
 */
export type SessionStatus = 'unknown' | 'in' | 'out' | 'expired';

class SessionState {
  readonly status = new Store<SessionStatus>('unknown');
  #leaving = false;

  /** What the session of the SDK reports. */
  readonly changed = (signedIn: boolean): void => {
    if (signedIn) this.status.set('in');
    else if (this.#leaving || this.status.get() === 'unknown') this.status.set('out');
    else this.status.set('expired');
  };

  /** There is no session to restore. */
  nobody(): void {
    if (this.status.get() === 'unknown') this.status.set('out');
  }

  /** The person signs out here: no dialog. */
  async leave(logout: () => Promise<void>): Promise<void> {
    this.#leaving = true;
    try {
      await logout();
      this.status.set('out');
    } finally {
      this.#leaving = false;
    }
  }

  /** The person does not sign in again. */
  giveUp(): void {
    this.status.set('out');
  }
}

export const sessionState = new SessionState();
