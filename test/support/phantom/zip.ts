import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { encodeCtSlice, type CtSlice, type FileForm } from '@som3d/client/sample';
import { ZipFile } from 'yazl';

export interface NamedFile {
  name: string;
  bytes: Uint8Array;
}

/** Slices as files named by their place in the list. */
export function dicomFiles(slices: CtSlice[], form: FileForm = {}, folder = 'serie'): NamedFile[] {
  return slices.map((slice, i) => ({ name: `${folder}/I${i}`, bytes: encodeCtSlice(slice, form) }));
}

export async function writeZip(path: string, files: NamedFile[]): Promise<string> {
  const zip = new ZipFile();
  for (const { name, bytes } of files) zip.addBuffer(Buffer.from(bytes), name, { compressionLevel: 1 });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}
