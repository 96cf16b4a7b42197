import { useContext } from 'react';
import { LanguageContext } from '../texts.ts';

/** Numbers in the language of the page: at most one decimal. */
export function useFormats(): { locale: string; number: (value: number) => string } {
  const locale = useContext(LanguageContext) === 'es' ? 'es-CO' : 'en-GB';
  return {
    locale,
    number: (value) => value.toLocaleString(locale, { maximumFractionDigits: 1, signDisplay: 'negative' }),
  };
}
