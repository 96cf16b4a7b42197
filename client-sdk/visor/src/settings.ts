import type { Language } from './texts.ts';
import { Store } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';

/** A choice of the person that this browser keeps. */
function kept<T extends string>(key: string, values: readonly T[], otherwise: T): Store<T> {
  const read = (): T => {
    try {
      const value = localStorage.getItem(key);
      return values.find((known) => known === value) ?? otherwise;
    } catch {
      return otherwise; // a browser without storage
    }
  };
  const store = new Store(read());
  store.subscribe(() => {
    try {
      localStorage.setItem(key, store.get());
    } catch {
      // It holds for this visit.
    }
  });
  addEventListener('storage', (event) => {
    if (event.key === key) store.set(read());
  });
  return store;
}

export const theme = kept<Theme>('som3d.theme', ['system', 'light', 'dark'], 'system');
export const language = kept<Language>('som3d.language', ['es', 'en'], 'es');

function apply(): void {
  const root = document.documentElement;
  root.lang = language.get();
  if (theme.get() === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme.get();
}

theme.subscribe(apply);
language.subscribe(apply);
apply();
