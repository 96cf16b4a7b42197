import { createHash } from 'node:crypto';
import { JobProgress } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { LatestEventStream } from '../../http/event-stream.ts';
import { hasEnded, type JobSnapshot, type JobWatch } from '../../jobs/watch.ts';

/** Pause after which a client whose stream has ended comes back. */
const RETRY_MS = 2000;
/** A comment this often keeps proxies, which close what is silent for a minute, from closing a stream. */
const BEAT_MS = 15_000;
/** Longest life of a stream: what the caller may see is asked again then. */
const LIFE_MS = 600_000;

/** Who listens, from `enforceAccess`, and how long their token lives. */
export interface Listener {
  readonly actor: Actor;
  readonly until: Date | undefined;
  /** Whether their session is still open. */
  readonly isStillAdmitted: (() => Promise<boolean>) | undefined;
}

/**
 * The id of an event: the snapshot itself, so that any process knows what the client has seen without remembering it.
 * The error's text goes in as a digest, since an id is a header of the next request.
 */
export function eventIdOf({ status, phase, percent, error, preview }: JobProgress): string {
  const digest = error === null ? [] : [createHash('sha256').update(error).digest('base64url').slice(0, 16)];
  const shown = preview ? [`preview${preview.size}`] : [];
  return [status, phase, percent, ...shown, ...digest].join('.');
}

/** Counts the streams that are open in this process, in all and by user. */
function createSeats(total: number, perUser: number) {
  const taken = new Map<number, number>();
  let all = 0;

  /** @returns gives the seat back. @throws AppError 429 when the user has too many, 503 when all have */
  return (user: number): (() => void) => {
    const own = taken.get(user) ?? 0;
    const headers = { 'retry-after': '15' };
    if (own >= perUser) {
      throw new AppError('too_many_requests', 'Ya sigue demasiados trabajos en vivo a la vez', { headers });
    }
    if (all >= total) {
      throw new AppError('unavailable', 'Hay demasiados trabajos seguidos en vivo en este momento', { headers });
    }
    all++;
    taken.set(user, own + 1);
    return () => {
      all--;
      const left = (taken.get(user) ?? 1) - 1;
      if (left > 0) taken.set(user, left);
      else taken.delete(user);
    };
  };
}

/** The progress of jobs as server-sent events. */
export function createJobEvents({ clock, config }: Pick<Deps, 'clock' | 'config'>, watch: JobWatch) {
  const takeSeat = createSeats(config.SOM3D_EVENT_STREAMS, config.SOM3D_EVENT_STREAMS_PER_USER);

  /**
   * Opens the stream of a job that the listener may see. It ends with the job, with the job's deletion, with the
   * listener's token or session, after ten minutes and with this process.
   *
   * @param snapshot the row as it has just been read
   * @param lastEventId of the event that the client has seen last; one that is not the job's present state counts as none
   * @returns `null` when the job has ended and the client knows
   * @throws AppError 429 and 503 at the bounds; 503 when this process is about to end
   */
  const open = (
    { actor, until, isStillAdmitted }: Listener,
    jobId: string,
    snapshot: JobSnapshot,
    lastEventId: string | undefined,
  ): LatestEventStream | null => {
    if (hasEnded(snapshot.progress) && lastEventId === eventIdOf(snapshot.progress)) return null;
    if (watch.isClosed()) {
      throw new AppError('unavailable', 'El servicio se está reiniciando', { headers: { 'retry-after': '1' } });
    }
    const leave = takeSeat(actor.id_usuario);
    const stream = new LatestEventStream({ retryMs: RETRY_MS, beatMs: BEAT_MS });
    const endsAt = Math.min(clock().getTime() + LIFE_MS, until?.getTime() ?? Infinity);
    let sent = lastEventId;

    const show = ({ id_usuario, progress }: JobSnapshot): void => {
      if (!isAdmin(actor) && id_usuario !== actor.id_usuario) return stream.finish();
      const id = eventIdOf(progress);
      if (id !== sent) {
        sent = id;
        stream.send({ event: 'progress', id, data: JobProgress.parse(progress) });
      }
      if (hasEnded(progress) || clock().getTime() >= endsAt) stream.finish();
    };
    // One step after the other: a snapshot waits until it is known whether the listener's session is still open.
    let turn = Promise.resolve();
    const next = (step: () => void | Promise<void>): void => {
      turn = turn.then(() => (stream.destroyed ? undefined : step()));
    };
    // Where the database does not answer, the stream ends with the token.
    const admitted = async (): Promise<boolean> => (await isStillAdmitted?.().catch(() => true)) ?? true;
    const seen = (latest: JobSnapshot): void => next(async () => ((await admitted()) ? show(latest) : stream.finish()));
    const unwatch = watch.watch(jobId, snapshot, { seen, ended: () => next(() => stream.finish()) });
    stream.once('close', () => {
      unwatch();
      leave();
    });
    show(snapshot);
    return stream;
  };

  return { open };
}
