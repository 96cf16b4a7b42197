/**
 * Entry point of the imaging process. Its parent forks it, sends one `start` message and listens; the process
 * works on that one job and exits. When the parent is gone it exits at once, whatever it was doing.
 */
import { inspect } from 'node:util';
import { convert } from './convert.ts';
import { ImagingError, unexpectedError } from './errors.ts';
import { isMemoryExhausted, outOfMemory } from './memory.ts';
import type { ChildMessage, StartMessage } from './protocol.ts';

process.once('disconnect', () => process.exit(1));
process.once('message', (message: unknown) => {
  void work(message).then(sendLast);
});

async function work(message: unknown): Promise<ChildMessage> {
  try {
    if (!isStart(message))
      throw new ImagingError('INVALID_REQUEST', 'El proceso de imagen recibió un mensaje no válido.');
    const manifest = await convert(message.request, {
      progress: (phase, percent) => send({ type: 'progress', phase, percent }),
      log: (line) => send({ type: 'log', line }),
      preview: (file) => send({ type: 'preview', file }),
    });
    return { type: 'done', manifest };
  } catch (error) {
    const known = knownError(error);
    if (known.code === 'INTERNAL' || known.code === 'OUT_OF_MEMORY') process.stderr.write(`${inspect(error)}\n`);
    return { type: 'error', code: known.code, message: known.message, retryable: known.retryable };
  }
}

function knownError(error: unknown): ImagingError {
  if (error instanceof ImagingError) return error;
  return isMemoryExhausted(error) ? outOfMemory(error) : unexpectedError(error);
}

function isStart(message: unknown): message is StartMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    message.type === 'start' &&
    'request' in message
  );
}

function send(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

/** Exits only when the message has left the process. */
function sendLast(message: ChildMessage): void {
  const code = message.type === 'done' ? 0 : 1;
  if (!process.connected || process.send === undefined) process.exit(code);
  process.send(message, undefined, undefined, () => process.exit(code));
}
