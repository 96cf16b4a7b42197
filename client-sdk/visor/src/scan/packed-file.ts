/** Name of the ZIP in the private folder of the browser. The next one takes its place. */
const NAME = 'estudio.zip';

/** The ZIP that is sent, on the disk of the browser. @throws where the browser has none, or nothing is packed */
export async function packedFile(options?: FileSystemGetFileOptions): Promise<FileSystemFileHandle> {
  return await (await navigator.storage.getDirectory()).getFileHandle(NAME, options);
}

/** Removes the ZIP, after the upload or when the person gives up. */
export async function removePacked(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(NAME);
  } catch {
    // There was none, or this browser keeps none.
  }
}
