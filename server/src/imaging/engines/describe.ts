import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SegmentationOptions } from '../request.ts';
import type { SegmentationEngine } from './engine.ts';
import { findCommand, findGpus } from './totalsegmentator/device.ts';

const execute = promisify(execFile);
/** The tool loads its libraries before it says its version. */
const VERSION_MS = 60_000;

/** What segmentation this machine has. */
export interface EngineDescription {
  /** What is configured. */
  configured: SegmentationOptions['engine'];
  /** What jobs run on; null where the configured one is not there. */
  engine: SegmentationEngine['name'] | null;
  /** Whether TotalSegmentator is installed. */
  available: boolean;
  /** Of TotalSegmentator, as it tells it itself. */
  version?: string;
  /** What TotalSegmentator would run on. */
  device?: 'gpu' | 'cpu';
  gpus: string[];
  /** Whether a licence is configured; whether it is valid only the tool knows. */
  licence: boolean;
}

/** Asks the machine what it has. Holds no secret and no path. It loads no engine: the API asks too. */
export async function describeEngines(options: SegmentationOptions): Promise<EngineDescription> {
  const [command, gpus] = await Promise.all([
    findCommand(options.command, options.environment['PATH']),
    findGpus(options.environment),
  ]);
  const version = command === null ? undefined : await versionOf(command, options.environment);
  const demanded = options.engine === 'totalsegmentator' ? null : 'threshold';
  const installed = command === null ? demanded : 'totalsegmentator';
  return {
    configured: options.engine,
    engine: options.engine === 'threshold' ? 'threshold' : installed,
    available: command !== null,
    ...(version === undefined ? {} : { version }),
    ...(command === null ? {} : { device: gpus.length > 0 ? 'gpu' : 'cpu' }),
    gpus,
    licence: options.license !== undefined,
  };
}

async function versionOf(command: string, environment: Record<string, string>): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, ['--version'], { env: environment, timeout: VERSION_MS });
    return /\d+(?:\.\w+)+/.exec(stdout)?.[0];
  } catch {
    // Installed, but broken: there is no version to tell.
    return undefined;
  }
}
