import { useContext } from 'react';
import { LanguageContext, type Language } from './texts.ts';

/** Colombia's time, wherever the browser is. */
const timeZone = 'America/Bogota';
const LOCALES: Readonly<Record<Language, string>> = { es: 'es-CO', en: 'en-GB' };

function formatsOf(language: Language) {
  const locale = LOCALES[language];
  const day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' });
  const instant = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  // A date without a time is the same day everywhere.
  const plainDay = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' });
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'COP', maximumFractionDigits: 0 });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  return {
    number: (value: number) => number.format(value),
    money: (value: number) => money.format(value),
    /** @param value ISO 8601 instant */
    instant: (value: string) => instant.format(new Date(value)),
    /** The day of an instant. */
    day: (value: string) => day.format(new Date(value)),
    /** @param value AAAA-MM-DD */
    date: (value: string) => plainDay.format(new Date(value.slice(0, 10))),
    bytes: (value: number) => {
      const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
      return `${number.format(value / 1000 ** step)} ${units[step]}`;
    },
  };
}

const FORMATS = { es: formatsOf('es'), en: formatsOf('en') };

/** Dates, numbers, sizes and money in the language of the page. */
export function useFormats() {
  return FORMATS[useContext(LanguageContext)];
}
