/** The dump cannot be imported. The message names the place and holds no row of the dump. */
export class DumpError extends Error {
  override readonly name = 'DumpError';

  /** @param line 1 for the first line of the file */
  constructor(line: number, message: string, options?: ErrorOptions) {
    super(`line ${line}: ${message}`, options);
  }
}
