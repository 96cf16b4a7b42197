import { mkdir } from 'node:fs/promises';
import { OperatorError } from '../base/operator-error.ts';

const UNUSABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'ENOTDIR', 'EEXIST']);

/** An error of the file system in the data folder as a sentence for the operator; any other error as it is. */
export function explainFolderError(dataDir: string, error: unknown): unknown {
  const { code = '', path = '', message } = error as NodeJS.ErrnoException;
  if (!UNUSABLE.has(code) || !path.startsWith(dataDir)) return error;
  return new OperatorError(
    `The data folder ${dataDir} cannot be written (${message}). Make it writable for this user, or free space on its ` +
      'disk, and start again. Or set SOM3D_DATA_DIR to another folder.',
    { cause: error },
  );
}

/** Makes the folder when it is not there. @throws OperatorError when that is not possible */
export async function makeDataFolder(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw explainFolderError(dataDir, error);
  });
}
