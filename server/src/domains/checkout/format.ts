let pesos: Intl.NumberFormat | undefined;
let date: Intl.DateTimeFormat | undefined;

// The data of a language take 30 ms to load: the first text that needs them loads them, and not every start.

/** `$ 39.900` */
export function formatPesos(amount: number): string {
  pesos ??= new Intl.NumberFormat('es-CO', { style: 'currency', currency: 'COP', minimumFractionDigits: 0 });
  return pesos.format(amount);
}

/** Date and time in Colombia: `31/01/2026, 6:59 p. m.` */
export function formatDate(instant: Date): string {
  date ??= new Intl.DateTimeFormat('es-CO', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'America/Bogota' });
  return date.format(instant);
}
