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

export function stateOf(code: string | undefined): PaymentState {
  return PAYMENT_STATES[knownCode(code) as keyof typeof PAYMENT_STATES] ?? 'DESCONOCIDO';
}

const WORDS: Record<string, string> = {
  aceptada: '1',
  aprobada: '1',
  rechazada: '2',
  pendiente: '3',
  fallida: '4',
  reversada: '6',
  retenida: '7',
  retenido: '7',
  iniciada: '8',
  expirada: '9',
  caducada: '9',
  abandonada: '10',
  cancelada: '11',
  antifraude: '12',
};

/** The code of a state that is told in words (`Aceptada`), as the authenticated interface does. */
export function codeOfWord(word: string | undefined): string | undefined {
  return WORDS[word?.trim().toLowerCase() ?? ''];
}
