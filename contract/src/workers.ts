import { z } from 'zod';
import { defineRoutes, fields } from './common/index.ts';

const gpu = z.string().meta({ examples: ['NVIDIA RTX A4000'] });

/** A worker, with its engine and accelerators. */
export const WorkerNode = z
  .object({
    worker_id: z.string().meta({ examples: ['w-7c1f'] }),
    host: z.string().meta({ examples: ['convertidor-1'] }),
    pid: z.int(),
    version: fields.version.nullable(),
    started_at: z.string().meta({ format: 'date-time' }),
    heartbeat_at: z.string().meta({ format: 'date-time', description: 'Su última señal de vida' }),
    concurrency: z.int().meta({ description: 'Trabajos a la vez' }),
    threads: z.int().meta({ description: 'Hilos de cada trabajo' }),
    memory_mb: z.int().meta({ description: 'MiB con los que cuenta cada trabajo' }),
    engine: z
      .object({
        configured: z.enum(['auto', 'threshold', 'totalsegmentator']),
        name: z
          .string()
          .meta({ examples: ['threshold'] })
          .nullable()
          .meta({ description: 'El que usan los trabajos; null si falta el que se configuró' }),
        totalsegmentator: z.boolean().meta({ description: 'TotalSegmentator está instalado' }),
        totalsegmentator_version: z
          .string()
          .meta({ examples: ['2.11.0'] })
          .nullable(),
        device: z.enum(['gpu', 'cpu']).nullable().meta({ description: 'Sobre qué correría TotalSegmentator' }),
        license: z.boolean().meta({ description: 'Hay una licencia configurada' }),
      })
      .meta({ description: 'Motor de segmentación' }),
    gpus: z.array(gpu),
  })
  .meta({ id: 'WorkerNode', description: 'Un proceso de conversión, con su motor y sus aceleradores' });
export type WorkerNode = z.infer<typeof WorkerNode>;

export const GpuCheck = z
  .object({
    gpu: z.boolean().meta({ description: 'Algún proceso de conversión tiene un acelerador' }),
    engines: z
      .array(z.string().meta({ examples: ['threshold'] }))
      .meta({ description: 'Motores de segmentación disponibles' }),
    gpu_detected: z.boolean().meta({ description: 'Lo mismo que gpu' }),
    gpu_ready: z.boolean().meta({ description: 'TotalSegmentator la usa' }),
    backend: z.enum(['gpu', 'cpu']).meta({ description: 'Sobre qué segmentan los trabajos' }),
    nvidia_smi: z
      .object({
        available: z.boolean(),
        devices: z.array(gpu).meta({ description: 'Los aceleradores de todos los procesos' }),
        error: z
          .string()
          .meta({ examples: ['nvidia-smi no está instalado'] })
          .nullable(),
      })
      .meta({ description: 'Lo que dice el controlador de NVIDIA' }),
    workers: z.array(WorkerNode).meta({ description: 'Procesos de conversión en marcha' }),
  })
  .meta({ id: 'GpuCheck', description: 'Motores de segmentación y aceleradores de los procesos de conversión' });
export type GpuCheck = z.infer<typeof GpuCheck>;

const check = {
  method: 'GET',
  summary: 'Motores de segmentación y aceleradores de los procesos de conversión',
  description: 'Cada proceso de conversión en marcha, con su motor, sus aceleradores y su última señal de vida.',
  metadata: { access: 'admin' },
  responses: { 200: GpuCheck },
} as const;

export const workers = defineRoutes({
  gpuCheck: { ...check, path: '/admin/gpu-check' },
  som3dGpuCheck: { ...check, path: '/som3d/admin/gpu-check' },
});
