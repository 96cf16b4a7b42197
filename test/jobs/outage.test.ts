// @module-tag heavy
// @module-tag long
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createClient, waitForJob } from '@som3d/client';
import { describe, expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';
import { imagingChildren, jobRow, storedFiles, until, upload } from '../support/jobs.ts';
import { tokenOf } from '../support/large-upload.ts';
import { startProcess } from '../support/process.ts';
import { queueEnv, type QueueKind, queueKinds } from '../support/queues.ts';

/** A way to a server that can be cut: connections break, new ones are refused. */
async function cuttableWay(target: URL) {
  const open = new Set<Socket>();
  let cut = false;
  const server = createServer((inward) => {
    if (cut) return inward.destroy();
    const outward = connect(Number(target.port || 3306), target.hostname);
    for (const [from, to] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy()).on('close', () => open.delete(from) && to.destroy());
      from.pipe(to);
    }
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cut: () => {
      cut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      cut = false;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

// The embedded database is a file: there is nothing to cut.
describe.runIf(databaseKinds().includes('mysql'))('a worker on mysql', { timeout: 180_000 }, () => {
  const expectWorkKept = async (queue: QueueKind): Promise<void> => {
    await using database = await createDatabase('mysql');
    await using way = await cuttableWay(new URL(database.env['MYSQL_URL'] ?? ''));
    const server = await startProcess({ dataDir: database.dataDir, env: { MYSQL_URL: way.url } }, queueEnv(queue));
    try {
      const client = createClient({ baseUrl: server.url, token: await tokenOf(server.url) });
      const { job_id: id } = await upload(client, { form: 'large' });
      await until(() => imagingChildren(server.pid)[0], 'an imaging process runs');
      way.cut();
      await until(() => imagingChildren(server.pid).length === 0, 'the computation has ended');
      expect(await jobRow(database.orm, id)).toMatchObject({ status: 'RUNNING' });
      way.mend();
      await waitForJob(client, id);
      expect(await jobRow(database.orm, id)).toMatchObject({ status: 'DONE', attempts: 1 });
      await until(async () => (await storedFiles(database.dataDir)).length === 7, 'the result alone is left');
    } finally {
      await server.end('SIGTERM');
    }
  };

  test('keeps its work while the database is away for a moment', () => expectWorkKept('database'));
  test.runIf(queueKinds().includes('redis'))(
    'keeps its work while the database is away for a moment, queued in redis',
    () => expectWorkKept('redis'),
  );
});
