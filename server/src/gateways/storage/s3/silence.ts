import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';

class Listener extends Transform {
  heardAt = performance.now();

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.heardAt = performance.now();
    done(null, chunk);
  }
}

/**
 * Passes a body on and ends it with an error when nothing has come for `limitMs` although the reader waits. A reader
 * that is slow itself is no silence.
 *
 * @param asError what the reader gets to see when the body fails
 */
export function breakOnSilence(body: Readable, limitMs: number, asError: (error: unknown) => Error): Readable {
  const listener = new Listener();
  const watch = setInterval(
    () => {
      if (listener.writableNeedDrain) listener.heardAt = performance.now();
      else if (performance.now() - listener.heardAt > limitMs) body.destroy(new Error('the storage has fallen silent'));
    },
    Math.max(10, limitMs / 4),
  );
  listener.once('close', () => clearInterval(watch));
  body.once('error', (error) => listener.destroy(asError(error)));
  pipeline(body, listener, () => undefined);
  return listener;
}
