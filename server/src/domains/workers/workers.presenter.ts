import type { GpuCheck, WorkerNode } from '@som3d/contract';
import type { listWorkers, WorkerCapabilities } from '../../jobs/registry.ts';

type Row = Awaited<ReturnType<typeof listWorkers>>[number];

function presentWorker({ capabilities_json, started_at, heartbeat_at, ...row }: Row): WorkerNode {
  const { engines, concurrency, threads, memoryMb } = JSON.parse(capabilities_json ?? '') as WorkerCapabilities;
  return {
    ...row,
    started_at: started_at.toISOString(),
    heartbeat_at: heartbeat_at.toISOString(),
    concurrency,
    threads,
    memory_mb: memoryMb,
    engine: {
      configured: engines.configured,
      name: engines.engine,
      totalsegmentator: engines.available,
      totalsegmentator_version: engines.version ?? null,
      device: engines.device ?? null,
      license: engines.licence,
    },
    gpus: engines.gpus,
  };
}

/** What the workers have, all together and each. */
export function presentGpuCheck(rows: readonly Row[]): GpuCheck {
  const workers = rows.map(presentWorker);
  const names = workers.map(({ engine }) => engine.name).filter((name) => name !== null);
  const devices = workers.flatMap(({ gpus }) => gpus);
  const gpu = devices.length > 0;
  const gpu_ready = workers.some(({ engine }) => engine.name === 'totalsegmentator' && engine.device === 'gpu');
  return {
    gpu,
    gpu_detected: gpu,
    gpu_ready,
    backend: gpu_ready ? 'gpu' : 'cpu',
    nvidia_smi: { available: gpu, devices, error: gpu ? null : 'Ningún proceso de conversión tiene un acelerador' },
    engines: [...new Set(names)].toSorted((a, b) => a.localeCompare(b)),
    workers,
  };
}
