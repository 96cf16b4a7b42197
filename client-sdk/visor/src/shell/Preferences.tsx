import { language, theme, type Theme } from '../settings.ts';
import { useStore } from '../store.ts';
import { type Language, useTexts } from '../texts.ts';
import styles from './Preferences.module.css';
import { shellTexts } from './shell.texts.ts';

/** Theme and language of this browser. */
export function Preferences() {
  const t = useTexts(shellTexts);
  return (
    <div className={styles['preferences']}>
      <label>
        <span>{t.language}</span>
        <select value={useStore(language)} onChange={({ target }) => language.set(target.value as Language)}>
          <option value="es">Español</option>
          <option value="en">English</option>
        </select>
      </label>
      <label>
        <span>{t.theme}</span>
        <select value={useStore(theme)} onChange={({ target }) => theme.set(target.value as Theme)}>
          <option value="system">{t.system}</option>
          <option value="light">{t.light}</option>
          <option value="dark">{t.dark}</option>
        </select>
      </label>
    </div>
  );
}
