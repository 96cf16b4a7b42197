import type { FormEvent } from 'react';
import { useTexts } from '../texts.ts';
import { textOf } from './form-text.ts';
import styles from './model.module.css';
import type { Hit } from './picker.ts';
import { toolTexts } from './tools.texts.ts';
import type { PinnedNote, useNotes } from './use-notes.ts';
import type { Change, ViewerState } from './viewer-state.ts';

interface NotesPanelProps {
  readonly notes: ReturnType<typeof useNotes>;
  readonly hasPatient: boolean;
  readonly state: ViewerState;
  readonly change: Change;
  /** Where the new note is to be pinned. */
  readonly place: Hit | undefined;
  readonly setPlace: (place: Hit | undefined) => void;
  readonly onShow: (note: PinnedNote) => void;
}

export function NotesPanel({ notes, hasPatient, state, change, place, setPlace, onShow }: NotesPanelProps) {
  const t = useTexts(toolTexts);
  if (!hasPatient) return <p className={styles['hint']}>{t.needsPatient}</p>;
  const done = (): void => {
    setPlace(undefined);
    change({ tool: 'turn' });
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = textOf(event.currentTarget, 'texto');
    if (text && place) notes.create.mutate({ hit: place, text }, { onSuccess: done });
  };
  return (
    <>
      {place ? (
        <form className={styles['field']} onSubmit={submit}>
          <label>
            {t.noteText}
            <textarea name="texto" rows={3} maxLength={10_000} required autoFocus />
          </label>
          <span className={styles['row']}>
            <button type="submit" className={styles['button']} disabled={notes.create.isPending}>
              {t.saveNote}
            </button>
            <button type="button" className={styles['button']} onClick={done}>
              {t.cancel}
            </button>
          </span>
        </form>
      ) : (
        <button
          type="button"
          className={styles['button']}
          aria-pressed={state.tool === 'note'}
          onClick={() => change({ tool: state.tool === 'note' ? 'turn' : 'note', touched: [] })}
        >
          {t.newNote}
        </button>
      )}
      {state.tool === 'note' && !place && <p className={styles['hint']}>{t.howNote}</p>}
      {notes.error && (
        <p className={styles['error']} role="alert">
          {notes.error.message || t.cannot}
        </p>
      )}
      {notes.notes.length === 0 && <p className={styles['hint']}>{t.noNotes}</p>}
      <ol className={styles['list']}>
        {notes.notes.map((note) => (
          <li key={note.id}>
            <span>{note.text}</span>
            <span className={styles['row']}>
              <button type="button" className={styles['small']} onClick={() => onShow(note)}>
                {t.showNote}
              </button>
              <button
                type="button"
                className={styles['small']}
                aria-label={t.removeOf(note.text)}
                onClick={() => notes.remove.mutate(note.id)}
              >
                {t.remove}
              </button>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
