import { useTexts } from '../texts.ts';
import type { ScanContents } from './scan.ts';
import styles from './LeftOut.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';

/** A folder of a workstation can hold thousands of other files. */
const MOST_SHOWN = 20;

/** The files that stay behind, and why. */
export function LeftOut({ files, open = false }: { readonly files: ScanContents['leftOut']; readonly open?: boolean }) {
  const t = useTexts(SCAN_TEXTS);
  if (files.length === 0) return null;
  return (
    <details className={styles.details} open={open}>
      <summary>{t.leftOut(files.length)}</summary>
      <ul>
        {files.slice(0, MOST_SHOWN).map(({ path, reason }) => (
          <li key={path}>
            <span className={styles.path}>{path}</span>: {t.reason(reason)}
          </li>
        ))}
        {files.length > MOST_SHOWN && <li>{t.more(files.length - MOST_SHOWN)}</li>}
      </ul>
    </details>
  );
}
