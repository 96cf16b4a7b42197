/** Something to upload whose size is known and that can be read from its start, as often as needed. */
export interface StreamSource {
  /** Bytes that `stream()` gives; fewer or more fail the upload. */
  readonly size: number;
  /** Opens the bytes from the start. */
  stream(): ReadableStream<Uint8Array>;
  /** `false` when `stream()` works only once: the upload is then never repeated. Default `true`. */
  readonly replayable?: boolean | undefined;
}

/** A file to upload. In Node `fs.openAsBlob(path)` is a Blob that stays on the disk. */
export type UploadFile = Blob | StreamSource;

/** Called with the bytes handed to the network so far and the bytes in all, both of the whole request body. */
export type UploadProgress = (loaded: number, total: number) => void;
