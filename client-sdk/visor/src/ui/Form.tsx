import { ApiError } from '@som3d/client';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTexts } from '../texts.ts';
import { useDescribe } from '../describe-error.ts';
import { Button } from './Button.tsx';
import { Alert } from './Alert.tsx';
import { FieldErrors } from './Field.tsx';
import styles from './Form.module.css';
import { formTexts } from './form.texts.ts';

/** What was typed, by the fields' names, without blanks around it. */
export type Values = Readonly<Record<string, string>>;

interface FormProps {
  /** Sends the values. What it throws stays on the page: beside the fields it names, the rest above the button. */
  readonly onSubmit: (values: Values) => Promise<unknown>;
  readonly submit: string;
  readonly children: ReactNode;
  readonly secondary?: ReactNode;
  /** For a form without a heading. */
  readonly label?: string;
  readonly danger?: boolean;
}

type Errors = Readonly<Record<string, string>>;
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (element): element is Control => 'validity' in element && 'name' in element && !!element.name,
  );
}

function valuesOf(form: HTMLFormElement): Values {
  return Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) => {
      const isSecret = (form.elements.namedItem(name) as Control | null)?.type === 'password';
      return typeof value === 'string' ? [[name, isSecret ? value : value.trim()]] : [];
    }),
  );
}

/** The browser itself says so only of what was typed by hand, not of what it filled in. */
function isShort(control: Control): control is HTMLInputElement | HTMLTextAreaElement {
  return 'minLength' in control && control.value !== '' && control.value.length < control.minLength;
}

/** A problem's faults by field, and what is said of no field of this form. */
function sorted(error: unknown, names: ReadonlySet<string>, describe: (error: unknown) => string) {
  const faults = error instanceof ApiError ? error.errors : [];
  const named = faults.map(({ loc, msg }) => ({ name: loc.findLast((step) => names.has(String(step))), msg }));
  const errors: Record<string, string> = {};
  for (const { name, msg } of named) if (name !== undefined) errors[name] ??= msg;
  const rest = named.filter(({ name }) => name === undefined).map(({ msg }) => msg);
  if (faults.length === 0) return { errors, general: describe(error) };
  return { errors, general: rest.length > 0 ? rest.join('. ') : undefined };
}

/** A form that keeps what was typed whatever happens, and says each fault beside its field. */
export function Form({ onSubmit, submit, children, secondary, label, danger = false }: FormProps) {
  const t = useTexts(formTexts);
  const describe = useDescribe();
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<Errors>({});
  const [general, setGeneral] = useState<string>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    const first = form.current && controlsOf(form.current).find(({ name }) => errors[name]);
    first?.focus();
  }, [errors]);

  const faultOf = (control: Control): string => {
    const { validity, type } = control;
    if (validity.valueMissing) return t.missing;
    if (validity.typeMismatch) return type === 'email' ? t.email : t.invalid;
    if (isShort(control)) return t.tooShort(control.minLength);
    if (validity.rangeUnderflow || validity.rangeOverflow) return t.range;
    return t.invalid;
  };
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const target = event.currentTarget;
    const controls = controlsOf(target);
    const invalid = controls.filter((control) => !control.validity.valid || isShort(control));
    setGeneral(undefined);
    setErrors(Object.fromEntries(invalid.map((control) => [control.name, faultOf(control)])));
    if (invalid.length > 0) return;
    setBusy(true);
    try {
      await onSubmit(valuesOf(target));
    } catch (error) {
      const found = sorted(error, new Set(controls.map(({ name }) => name)), describe);
      setErrors(found.errors);
      setGeneral(found.general);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form ref={form} className={styles['form']} noValidate aria-label={label} onSubmit={(event) => void send(event)}>
      <FieldErrors value={errors}>{children}</FieldErrors>
      <div role="alert">{general && <Alert>{general}</Alert>}</div>
      <div className={styles['actions']}>
        <Button type="submit" kind={danger ? 'danger' : 'primary'} busy={busy}>
          {submit}
        </Button>
        {secondary}
      </div>
    </form>
  );
}
