const pesos = new Intl.NumberFormat('es-CO', { style: 'currency', currency: 'COP', minimumFractionDigits: 0 });
const date = new Intl.DateTimeFormat('es-CO', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'America/Bogota' });

/** `$ 39.900` */
export function formatPesos(amount: number): string {
  return pesos.format(amount);
}

/** Date and time in Colombia: `31/01/2026, 6:59 p. m.` */
export function formatDate(instant: Date): string {
  return date.format(instant);
}
