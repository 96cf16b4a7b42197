import { existsSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import path from 'node:path';

/**
 * Keeps what V8 has compiled in the data folder, for the next start of this machine. Node checks each entry against its
 * source. A folder that NODE_COMPILE_CACHE names is used instead. Without a data folder, or when nothing can be written there, the process compiles again.
 *
 * It is in no folder that other users can write: what is in it runs.
 */
export function keepCompiledCode(): void {
  if (process.env['NODE_COMPILE_CACHE']) return;
  const dataDir = path.resolve(process.env['SOM3D_DATA_DIR']?.trim() || '.som3d');
  if (!existsSync(dataDir)) return;
  const folder = path.join(dataDir, 'compiled-code');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    enableCompileCache(folder);
  } catch {
    // It only makes a start faster. Opening the data folder reports what is wrong with it.
  }
}
