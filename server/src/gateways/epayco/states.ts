/** The gateway's states of a payment, by their code (`x_cod_response`), as they go out. */
export const PAYMENT_STATES = {
  '1': 'APROBADO',
  '2': 'RECHAZADO',
  '3': 'PENDIENTE',
  '4': 'FALLIDO',
  '6': 'REVERSADO',
  '7': 'RETENIDO',
  '8': 'INICIADO',
  '9': 'EXPIRADO',
  '10': 'ABANDONADO',
  '11': 'CANCELADO',
  '12': 'ANTIFRAUDE',
} as const;
export type PaymentState = (typeof PAYMENT_STATES)[keyof typeof PAYMENT_STATES] | 'DESCONOCIDO';

/** The code without padding; the empty string for one that the gateway's documentation does not know. */
export function knownCode(code: string | undefined): string {
  const plain = String(Number(/^\d{1,3}$/.exec(code?.trim() ?? '')?.[0] ?? 0));
  return plain in PAYMENT_STATES ? plain : '';
}

/** The state's name on the wire. */
export function stateOf(code: string | undefined): PaymentState {
  return PAYMENT_STATES[knownCode(code) as keyof typeof PAYMENT_STATES] ?? 'DESCONOCIDO';
}

const WORDS: Readonly<Record<string, string>> = {
  aceptada: '1',
  aceptado: '1',
  aprobada: '1',
  aprobado: '1',
  rechazada: '2',
  rechazado: '2',
  pendiente: '3',
  fallida: '4',
  fallido: '4',
  reversada: '6',
  reversado: '6',
  retenida: '7',
  retenido: '7',
  iniciada: '8',
  iniciado: '8',
  expirada: '9',
  expirado: '9',
  caducada: '9',
  caducado: '9',
  abandonada: '10',
  abandonado: '10',
  cancelada: '11',
  cancelado: '11',
  antifraude: '12',
};

/** Stands for a code that the gateway's list does not have. */
export const OTHER_CODE = '?';

/**
 * The code of a state: of the first known code, else of the first known word (`Aceptada`). The confirmation's documented
 * table has no code at all.
 *
 * @returns `OTHER_CODE` for an unknown code without a known word, the empty string when there is neither
 */
export function codeOfState(codes: readonly (string | undefined)[], words: readonly (string | undefined)[]): string {
  const known = codes.map(knownCode).find((code) => code !== '');
  const named = words.map((word) => WORDS[word?.trim().toLowerCase() ?? '']).find((code) => code !== undefined);
  const given = codes.some((code) => (code?.trim() ?? '') !== '');
  return known ?? named ?? (given ? OTHER_CODE : '');
}
