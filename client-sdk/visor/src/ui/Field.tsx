import {
  createContext,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useContext,
  useId,
  useState,
} from 'react';
import { useTexts } from '../texts.ts';
import styles from './Field.module.css';
import { formTexts } from './form.texts.ts';

/** The faults of the form around, by the names of its fields. */
export const FieldErrors = createContext<Readonly<Record<string, string>>>({});

interface Common {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

interface Wiring {
  readonly id: string;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
}

/** Label above, error and hint below: read together. */
function Frame({
  name,
  label,
  hint,
  required,
  children,
}: Common & { readonly required: boolean | undefined; readonly children: (wiring: Wiring) => ReactNode }) {
  const t = useTexts(formTexts);
  const id = useId();
  const error = useContext(FieldErrors)[name];
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={styles['label']}>
        {label}
        {!required && <span className={styles['optional']}> ({t.optional})</span>}
      </label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
      {error && (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function Field({ name, label, hint, ...input }: Common & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Frame name={name} label={label} hint={hint} required={input.required}>
      {(wiring) => <input {...input} {...wiring} name={name} className={styles['control']} />}
    </Frame>
  );
}

/** A password that can be looked at while it is typed. */
export function PasswordField({ name, label, hint, ...input }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const t = useTexts(formTexts);
  const [shown, setShown] = useState(false);
  return (
    <Frame name={name} label={label} hint={hint} required={input.required}>
      {(wiring) => (
        <div className={styles['withButton']}>
          <input {...input} {...wiring} name={name} type={shown ? 'text' : 'password'} className={styles['control']} />
          <button type="button" className={styles['inside']} aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? t.hide : t.show}
          </button>
        </div>
      )}
    </Frame>
  );
}

export function TextArea({ name, label, hint, ...area }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Frame name={name} label={label} hint={hint} required={area.required}>
      {(wiring) => <textarea rows={4} {...area} {...wiring} name={name} className={styles['control']} />}
    </Frame>
  );
}

export function Select({ name, label, hint, ...select }: Common & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Frame name={name} label={label} hint={hint} required={select.required}>
      {(wiring) => <select {...select} {...wiring} name={name} className={styles['control']} />}
    </Frame>
  );
}

export function Check({ name, label, ...input }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={styles['check']}>
      <input {...input} id={id} type="checkbox" name={name} />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}

/** Two fields beside each other where there is room. */
export function Row({ children }: { readonly children: ReactNode }) {
  return <div className={styles['row']}>{children}</div>;
}
