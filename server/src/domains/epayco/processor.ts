import { setTimeout as pause } from 'node:timers/promises';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import type { GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { GatewayUnavailable } from '../../gateways/epayco/gateway.ts';
import { textOf } from '../../base/raw-json.ts';
import { claimDue, variantsOf, type Claim } from './inbox.ts';
import { postpone, settle, type Outcome } from './settle.ts';

/** Events that one process works on at once. */
const AT_ONCE = 4;

/**
 * How long a confirmation waits for its own processing before it is answered, in ms. The gateway gives 30 s; what is
 * stored is settled all the same.
 */
const INLINE_MS = 8_000;

type ProcessorDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'epayco' | 'log'>;

/** Settles events of the inbox: confirms them with the gateway, then grants or takes back. */
export function createPaymentProcessor(deps: ProcessorDeps) {
  const { orm, config, epayco, log } = deps;
  const working = new Set<Promise<unknown>>();

  const tell = async (claim: Claim): Promise<GatewayPayment | null> => {
    const row = await kysely(orm.em.fork())
      .selectFrom('epayco_event')
      .select(['ref_payco', 'variantes_json', 'payload_json'])
      .where('id_event', '=', claim.id_event)
      .executeTakeFirstOrThrow();
    if (config.EPAYCO_VERIFY_STATE) {
      const redirects = variantsOf(row).flatMap(({ redirect }) => redirect ?? []);
      return await epayco.payment(row.ref_payco, [...new Set(redirects)]);
    }
    const own = JSON.parse(row.payload_json ?? '{}') as Record<string, unknown>;
    return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, textOf(value)])) as GatewayPayment;
  };

  const process = async (claim: Claim): Promise<Outcome> => {
    const { id_event } = claim;
    try {
      const outcome = await settle(deps, claim, await tell(claim), config.EPAYCO_VERIFY_STATE);
      log.info({ id_event, outcome }, 'payment event');
      return outcome;
    } catch (error) {
      const known = error instanceof GatewayUnavailable;
      log.warn({ id_event, ...(known ? { reason: error.message } : { err: error }) }, 'payment event postponed');
      const reason = known ? 'La pasarela no respondió' : 'Error al procesar; vea el registro del servicio';
      return await postpone(deps, claim, reason);
    }
  };

  /** Never fails: an event whose end could not even be written is taken up again when its lease has run out. */
  const work = async (claim: Claim): Promise<void> => {
    const job = process(claim).catch((error: unknown) => {
      log.warn({ err: error, id_event: claim.id_event }, 'payment event not settled; the next round retries');
    });
    working.add(job);
    await job.finally(() => working.delete(job));
  };

  return {
    /** Works on a claimed event; returns when it is done, or earlier so that its caller is answered in time. */
    workBriefly: async (claim: Claim): Promise<void> => {
      const limit = new AbortController();
      await Promise.race([
        work(claim).finally(() => limit.abort()),
        pause(INLINE_MS, undefined, { signal: limit.signal }).catch(() => {}),
      ]);
    },
    /** Works on every event whose time has come. */
    runDue: async (signal?: AbortSignal): Promise<void> => {
      for (;;) {
        const claims = signal?.aborted ? [] : await claimDue(deps, AT_ONCE);
        if (claims.length === 0) return;
        await Promise.all(claims.map(work));
      }
    },
    /** Waits for what is under way. */
    idle: async (): Promise<void> => {
      await Promise.all(working);
    },
  };
}
export type PaymentProcessor = ReturnType<typeof createPaymentProcessor>;
