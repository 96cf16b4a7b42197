import { availableParallelism, totalmem } from 'node:os';

const MIB = 1024 ** 2;

/** Memory that this process can use, in MiB: the machine's, or the limit of its container. */
export function usableMemoryMb(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return Math.floor((limit > 0 ? Math.min(limit, total) : total) / MIB);
}

/**
 * The default number of jobs that one worker runs at once: half the cores, and no more than fit into memory.
 *
 * @param jobMemoryMb memory that one job may plan for, in MiB
 */
export function defaultConcurrency(
  jobMemoryMb: number,
  { cores, memoryMb } = { cores: availableParallelism(), memoryMb: usableMemoryMb() },
): number {
  return Math.min(64, Math.max(1, Math.min(Math.floor(cores / 2), Math.floor(memoryMb / jobMemoryMb))));
}
