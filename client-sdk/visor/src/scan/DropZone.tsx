import { useRef, useState, type DragEvent } from 'react';
import { useTexts } from '../texts.ts';
import { Button } from '../ui/Button.tsx';
import { filesOfDrop, filesOfInput } from './dropped-files.ts';
import type { DroppedFile } from './source-files.ts';
import styles from './DropZone.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';

interface Props {
  readonly onFiles: (files: readonly DroppedFile[]) => void;
}

/** Takes a ZIP, a folder or loose files, by hand or by keyboard. */
export function DropZone({ onFiles }: Props) {
  const t = useTexts(SCAN_TEXTS);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  async function drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    setOver(false);
    onFiles(await filesOfDrop(event.dataTransfer));
  }

  function chosen(input: HTMLInputElement): void {
    if (input.files?.length) onFiles(filesOfInput(input.files));
    // The same file can be chosen again.
    input.value = '';
  }

  return (
    <section
      className={styles.zone}
      data-over={over}
      aria-labelledby="drop-title"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <h2 id="drop-title" className={styles.title}>
        {t.dropTitle}
      </h2>
      <p className={styles.hint}>{t.dropHint}</p>
      <div className={styles.buttons}>
        <Button kind="primary" onClick={() => files.current?.click()}>
          {t.chooseFiles}
        </Button>
        <Button onClick={() => folder.current?.click()}>{t.chooseFolder}</Button>
      </div>
      <input
        ref={files}
        hidden
        type="file"
        multiple
        aria-label={t.chooseFiles}
        onChange={({ currentTarget }) => chosen(currentTarget)}
      />
      <input
        ref={folder}
        hidden
        type="file"
        multiple
        webkitdirectory=""
        aria-label={t.chooseFolder}
        onChange={({ currentTarget }) => chosen(currentTarget)}
      />
    </section>
  );
}
