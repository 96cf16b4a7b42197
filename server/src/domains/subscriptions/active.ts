interface Dated {
  readonly estado: 'ACTIVA' | 'PAUSADA';
  /** Null is without end. */
  readonly fecha_expiracion?: Date | null | undefined;
}

/** Whether a subscription is in force: an ACTIVA one is not from the instant of its expiry on. */
export function isActiveAt({ estado, fecha_expiracion }: Dated, now: Date): boolean {
  return estado === 'ACTIVA' && (fecha_expiracion == null || fecha_expiracion > now);
}
