import { createContext, useContext } from 'react';

/** Spanish first. */
export type Language = 'es' | 'en';

export const LanguageContext = createContext<Language>('es');

type Text = string | ((...values: never[]) => string);

/** The texts of one part of the application, in both languages. English has the same names and parameters. */
export type Texts<T extends Record<string, Text>> = Readonly<Record<Language, T>>;

export function defineTexts<T extends Record<string, Text>>(
  es: T,
  en: { [K in keyof T]: T[K] extends string ? string : T[K] },
): Texts<T> {
  return { es, en: en as T };
}

/** The texts of a part in the language of the page. */
export function useTexts<T extends Record<string, Text>>(texts: Texts<T>): T {
  return texts[useContext(LanguageContext)];
}
