import { defineTexts, useTexts } from '../texts.ts';
import { ButtonLink } from './Button.tsx';
import styles from './Pager.module.css';

const texts = defineTexts(
  {
    pages: 'Páginas',
    before: 'Anterior',
    after: 'Siguiente',
    range: (from: number, to: number, total: number) => `${from} a ${to} de ${total}`,
  },
  {
    pages: 'Pages',
    before: 'Previous',
    after: 'Next',
    range: (from: number, to: number, total: number) => `${from} to ${to} of ${total}`,
  },
);

function atPage(pagina: number) {
  return (now: object) => ({ ...now, pagina: pagina > 1 ? pagina : undefined });
}

/** The way to the neighbouring pages of a list; `pagina` of the address is the page. */
export function Pager({ page, size, total }: { readonly page: number; readonly size: number; readonly total: number }) {
  const t = useTexts(texts);
  if (total <= size && page === 1) return null;
  return (
    <nav className={styles['pager']} aria-label={t.pages}>
      {page > 1 && (
        <ButtonLink to="." search={atPage(page - 1)} icon="back">
          {t.before}
        </ButtonLink>
      )}
      <span>{t.range(Math.min(total, (page - 1) * size + 1), Math.min(total, page * size), total)}</span>
      {page * size < total && (
        <ButtonLink to="." search={atPage(page + 1)} icon="next">
          {t.after}
        </ButtonLink>
      )}
    </nav>
  );
}
