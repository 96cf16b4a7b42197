import { type ReactNode, useEffect, useId, useState } from 'react';
import styles from './Filters.module.css';
import { Icon } from './Icon.tsx';

/** The row above a list. */
export function Filters({ children }: { readonly children: ReactNode }) {
  return <div className={styles['filters']}>{children}</div>;
}

const PAUSE_MS = 300;

/** A search that is made while one types. */
export function Search({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div className={styles['search']}>
      <label htmlFor={id}>{label}</label>
      <span>
        <Icon name="search" />
        <input id={id} type="search" value={typed} maxLength={100} onChange={({ target }) => setTyped(target.value)} />
      </span>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className={styles['choice']}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
