import type { JobProgress } from '@som3d/contract';
import { databases, jobMachinery } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { until, upload } from '../support/jobs.ts';
import { describeApi, type Session, type TestServer } from '../support/server.ts';

function at(percent: number, status: JobProgress['status'] = 'running'): JobProgress {
  return {
    status,
    phase: status === 'running' ? 'meshing' : 'finished',
    percent,
    error: null,
  };
}

/** A watch beside the service's own, as with Redis, with signals that the test sends itself. */
async function watching(server: TestServer, { client, user }: Session) {
  const { job_id } = await upload(client);
  const signals = jobMachinery.createJobSignals();
  const { deps } = server;
  const config = { ...deps.config, REDIS_URL: 'redis://127.0.0.1:1' };
  const watch = new jobMachinery.JobWatch({ ...deps, config }, signals);
  const seen: string[] = [];
  let ended = 0;
  const watcher = {
    seen: ({ progress }: jobMachinery.JobSnapshot): void => {
      const point = `${progress.status} ${progress.percent}`;
      if (seen.at(-1) !== point) seen.push(point);
    },
    ended: (): void => void ended++,
  };
  const snapshot = { id_usuario: user.id_usuario, progress: at(0, 'queued') };
  const unwatch = watch.watch(job_id, snapshot, watcher);
  const move = async (values: { status: 'RUNNING' | 'DONE'; percent: number }) =>
    await databases
      .kysely(deps.orm.em.fork())
      .updateTable('JobConv')
      .set({ ...values, phase: 'meshing' })
      .where('job_id', '=', job_id)
      .execute();
  return { job_id, signals, watch, snapshot, unwatch, seen, move, endings: () => ended };
}

describeApi('watching jobs', (api) => {
  test('takes the word of a worker for its way, and the row for its end', async () => {
    const { job_id, signals, watch, seen, move } = await watching(api(), await api().doctor());
    const say = (progress: JobProgress) => signals.emit('progress', job_id, progress);
    await until(() => seen.length > 0, 'the row has been looked at');
    // A word about a state that the row does not show makes it be looked at, and is not passed on.
    say(at(50));
    await move({ status: 'RUNNING', percent: 10 });
    say(at(50));
    await until(() => seen.includes('running 10'), 'the row says that the job runs');
    for (const percent of [12, 11, 12, 30]) say(at(percent));
    say(at(100, 'done'));
    expect(seen).toEqual(['queued 0', 'running 10', 'running 12', 'running 30']);
    await move({ status: 'DONE', percent: 100 });
    say(at(100, 'done'));
    await until(() => seen.includes('done 100'), 'the row says that the job is done');
    // Late words, and words about other jobs.
    say(at(31));
    signals.emit('progress', 'another', at(1));
    expect(seen).toEqual(['queued 0', 'running 10', 'running 12', 'running 30', 'done 100']);
    watch.close();
  });

  test('sees what nobody has told, and what is deleted', async () => {
    const { job_id, watch, seen, move, endings } = await watching(api(), await api().doctor());
    await move({ status: 'RUNNING', percent: 10 });
    await until(() => seen.includes('running 10'), 'the row is looked at by itself');
    await databases.kysely(api().deps.orm.em.fork()).deleteFrom('JobConv').where('job_id', '=', job_id).execute();
    await until(() => endings() === 1, 'the job is gone');
    watch.close();
    expect(endings()).toBe(1);
  });

  test('ends for all when the process ends, and calls nobody who has left', async () => {
    const { job_id, signals, watch, snapshot, unwatch, seen, move, endings } = await watching(
      api(),
      await api().doctor(),
    );
    await move({ status: 'RUNNING', percent: 10 });
    await until(() => seen.includes('running 10'), 'the row says that the job runs');
    let others = 0;
    watch.watch(job_id, snapshot, { seen: () => undefined, ended: () => void others++ });
    unwatch();
    signals.emit('progress', job_id, at(20));
    expect(seen.at(-1)).toBe('running 10');
    watch.close();
    expect([endings(), others, watch.isClosed()]).toEqual([0, 1, true]);
  });

  test('lets no watcher that fails disturb the worker or the others', async () => {
    const { job_id, signals, watch, snapshot, seen, move } = await watching(api(), await api().doctor());
    await move({ status: 'RUNNING', percent: 10 });
    await until(() => seen.includes('running 10'), 'the row says that the job runs');
    const fail = () => {
      throw new Error('a watcher that fails');
    };
    watch.watch(job_id, snapshot, { seen: fail, ended: fail });
    const after: number[] = [];
    watch.watch(job_id, snapshot, { seen: ({ progress }) => after.push(progress.percent), ended: () => undefined });
    expect(signals.emit('progress', job_id, at(20))).toBe(true);
    expect([seen.at(-1), after.at(-1)]).toEqual(['running 20', 20]);
    watch.close();
    expect(
      api()
        .errors.splice(0)
        .every((line) => line.includes('a watcher that fails')),
    ).toBe(true);
  });
});
