import type { Client, JobStateContext } from '@som3d/client';
import { createQueries } from '@som3d/client/query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { useTexts } from '../texts.ts';
import { textOf } from './form-text.ts';
import styles from './model.module.css';
import type { SavedDocuments } from './saved-view.ts';
import { toolTexts } from './tools.texts.ts';

interface SavedPanelProps {
  readonly client: Client;
  readonly context: JobStateContext;
  /** What is on the screen now. */
  readonly documents: () => SavedDocuments;
  readonly onOpen: (id: number) => Promise<void>;
  readonly announce: (text: string) => void;
}

/** The documents that this application does not use. */
const NO_OTHER = { notas_json: '[]', i18n_json: '{}' };

/** The address of a view: this page's with its number. */
function linkTo(id: number): string {
  const url = new URL(location.href);
  url.searchParams.set('vista', String(id));
  return url.href;
}

/** A view belongs to a registered result; a case that nobody registered yet is registered first. */
async function resultOf(client: Client, { id_jobstl, id_paciente, job_id }: JobStateContext): Promise<number> {
  if (id_jobstl !== null) return id_jobstl;
  const { body } = await client.som3d.finalize({ params: { id: job_id }, body: { id_paciente } });
  return body.id_jobstl;
}

export function SavedPanel({ client, context, documents, onOpen, announce }: SavedPanelProps) {
  const t = useTexts(toolTexts);
  const q = useMemo(() => createQueries(client), [client]);
  const cache = useQueryClient();
  const [renamed, setRenamed] = useState<number>();
  const onSuccess = () =>
    Promise.all([q.som3d.all, q.visor.all].map((queryKey) => cache.invalidateQueries({ queryKey })));
  const create = useMutation({
    mutationFn: async (titulo: string) =>
      await client.visor.create({
        body: { titulo, ...documents(), ...NO_OTHER, id_jobstl: await resultOf(client, context) },
      }),
    onSuccess,
  });
  const update = useMutation({
    mutationFn: async ({ id, body }: { id: number; body: { titulo: string } | SavedDocuments }) =>
      await client.visor.update({ params: { id }, body }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: async (id: number) => await client.visor.remove({ params: { id } }),
    onSuccess,
  });
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const name = textOf(form, 'titulo');
    if (!name) return;
    await create.mutateAsync(name);
    form.reset();
    announce(t.viewSaved(name));
  };
  const rename = (event: FormEvent<HTMLFormElement>, id: number): void => {
    event.preventDefault();
    const titulo = textOf(event.currentTarget, 'titulo');
    if (titulo) update.mutate({ id, body: { titulo } }, { onSuccess: () => setRenamed(undefined) });
  };
  const copy = async (id: number): Promise<void> => {
    try {
      await navigator.clipboard.writeText(linkTo(id));
      announce(t.copied);
    } catch {
      announce(t.linkIs(linkTo(id))); // the browser gives no clipboard here
    }
  };
  const error = create.error ?? update.error ?? remove.error;
  return (
    <>
      <form className={styles['field']} onSubmit={(event) => void submit(event).catch(() => undefined)}>
        <label>
          {t.viewName}
          <input name="titulo" maxLength={200} required autoComplete="off" />
        </label>
        <button type="submit" className={styles['button']} disabled={create.isPending}>
          {t.save}
        </button>
      </form>
      {error && (
        <p className={styles['error']} role="alert">
          {error.message || t.cannot}
        </p>
      )}
      {context.estados.length === 0 && <p className={styles['hint']}>{t.noViews}</p>}
      <ul className={styles['list']}>
        {context.estados.map(({ id_visor_estado: id, titulo }) => (
          <li key={id}>
            {renamed === id ? (
              <form className={styles['field']} onSubmit={(event) => rename(event, id)}>
                <label>
                  {t.viewName}
                  <input name="titulo" defaultValue={titulo} maxLength={200} required autoComplete="off" />
                </label>
                <button type="submit" className={styles['small']}>
                  {t.rename}
                </button>
              </form>
            ) : (
              <strong>{titulo}</strong>
            )}
            <span className={styles['row']}>
              <button
                type="button"
                className={styles['small']}
                aria-label={t.openOf(titulo)}
                onClick={() => void onOpen(id)}
              >
                {t.open}
              </button>
              <button
                type="button"
                className={styles['small']}
                aria-label={t.copyLinkOf(titulo)}
                onClick={() => void copy(id)}
              >
                {t.copyLink}
              </button>
              <button
                type="button"
                className={styles['small']}
                aria-label={t.updateOf(titulo)}
                onClick={() =>
                  update.mutate({ id, body: documents() }, { onSuccess: () => announce(t.viewSaved(titulo)) })
                }
              >
                {t.update}
              </button>
              <button
                type="button"
                className={styles['small']}
                aria-label={t.renameOf(titulo)}
                onClick={() => setRenamed(id)}
              >
                {t.rename}
              </button>
              <button
                type="button"
                className={styles['small']}
                aria-label={t.removeOf(titulo)}
                onClick={() => remove.mutate(id)}
              >
                {t.remove}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
