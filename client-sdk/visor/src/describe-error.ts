import { ApiError, NetworkError, TimeoutError } from '@som3d/client';
import { defineTexts, useTexts } from './texts.ts';

const texts = defineTexts(
  {
    network: 'El servicio no respondió. Revise su conexión; lo que escribió sigue aquí.',
    unexpected: 'Algo falló de forma inesperada. Intente de nuevo.',
    wait: (minutes: number) =>
      `Espere ${minutes === 1 ? 'un minuto' : `${minutes} minutos`} antes de intentar de nuevo.`,
    report: (id: string) => `Si sigue igual, escríbanos y mencione este código: ${id}`,
  },
  {
    network: 'The service did not answer. Check your connection; what you wrote is still here.',
    unexpected: 'Something failed unexpectedly. Try again.',
    wait: (minutes: number) => `Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`} before another attempt.`,
    report: (id: string) => `If it stays so, write to us and mention this code: ${id}`,
  },
);

/** A sentence for the person: what happened and what to do. The service's own sentences are Spanish. */
export function useDescribe(): (error: unknown) => string {
  const t = useTexts(texts);
  return (error) => {
    if (error instanceof NetworkError || error instanceof TimeoutError) return t.network;
    if (!(error instanceof ApiError)) return t.unexpected;
    const sentence = error.detail || t.unexpected;
    if (error.status === 429 && error.retryAfter) return `${sentence} ${t.wait(Math.ceil(error.retryAfter / 60))}`;
    if (error.status >= 500 && error.requestId) return `${sentence} ${t.report(error.requestId)}`;
    return sentence;
  };
}
