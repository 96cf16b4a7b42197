import type { Deps } from '../../deps.ts';
import { groupMetrics } from '../../cluster/group-metrics.ts';
import { createServiceGauges } from '../../observability/service-gauges.ts';

/** All that Prometheus is told: of every process of the group, and of the service as the database knows it. */
export function createExposition(deps: Pick<Deps, 'orm' | 'clock' | 'telemetry'>): () => Promise<string> {
  const gauges = createServiceGauges(deps);
  return async () => {
    const [own, service] = await Promise.all([groupMetrics(deps.telemetry.instruments.registry), gauges.text()]);
    return `${own.trimEnd()}\n${service}`;
  };
}
