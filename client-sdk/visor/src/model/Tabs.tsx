import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import styles from './model.module.css';

interface TabsProps {
  readonly label: string;
  readonly collapse: string;
  /** Another group is chosen. */
  readonly onChange: () => void;
  readonly tabs: readonly { readonly name: string; readonly content: () => ReactNode }[];
}

/** One group of tools at a time. On a telephone they lie below the picture; a second touch hides them. */
export function Tabs({ label, collapse, onChange, tabs }: TabsProps) {
  const id = useId();
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(true);
  const list = useRef<HTMLDivElement>(null);
  const choose = (next: number): void => {
    setOpen(next !== at || !open);
    if (next !== at) onChange();
    setAt(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (at + step + tabs.length) % tabs.length;
    choose(next);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <>
      <div ref={list} role="tablist" aria-label={label} className={styles['tabs']} onKeyDown={onKeyDown}>
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${index}`}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            title={index === at && open ? collapse : undefined}
            onClick={() => choose(index)}
          >
            {name}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${at}`}
        className={open ? styles['tools'] : styles['toolsClosed']}
        tabIndex={0}
      >
        {tabs[at]?.content()}
      </div>
    </>
  );
}
