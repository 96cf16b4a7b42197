import type { EpaycoGateway } from '../gateways/epayco/gateway.ts';
import type { MailGateway } from '../gateways/mail/mail.ts';
import type { Telemetry } from './telemetry.ts';

/** Measures calls of another service, and adds each to the present trace. It records nothing of their content. */
function observer({ instruments, tracing }: Telemetry, gateway: string) {
  return async <T>(operation: string, work: () => Promise<T>): Promise<T> =>
    await tracing.step(`${gateway} ${operation}`, { kind: 'client' }, async () => {
      try {
        const result = await work();
        instruments.gateways.calls.inc({ gateway, operation, outcome: 'ok' });
        return result;
      } catch (error) {
        instruments.gateways.calls.inc({ gateway, operation, outcome: 'error' });
        throw error;
      }
    });
}

export function observeEpayco(epayco: EpaycoGateway, telemetry: Telemetry): EpaycoGateway {
  const observed = observer(telemetry, 'epayco');
  return {
    validate: async (reference) => await observed('validate', () => epayco.validate(reference)),
    payment: async (reference, redirects) => await observed('payment', () => epayco.payment(reference, redirects)),
    referencesOf: async (invoice) => await observed('references_of', () => epayco.referencesOf(invoice)),
    createSession: async (request) => await observed('create_session', () => epayco.createSession(request)),
  };
}

export function observeMail(mail: MailGateway, telemetry: Telemetry): MailGateway {
  const observed = observer(telemetry, 'mail');
  return {
    send: async (message) => await observed('send', () => mail.send(message)),
    close: () => mail.close(),
  };
}
