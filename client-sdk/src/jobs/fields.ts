import type { JobFields } from '../generated/types.ts';

/** The fields of an upload; `extra_tasks` also as a list. */
export type UploadFields = Omit<Partial<JobFields>, 'extra_tasks'> & {
  extra_tasks?: string | readonly string[] | undefined;
};

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;
}

/** The fields that have a value, as text. */
export function fieldsOf(fields: UploadFields): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text] as [string, string]];
  });
}
