import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { startTestServer } from '../support/server.ts';
import { call } from '../support/stranger.ts';

/** Asks on the connection that the agent keeps. @returns the answer's `connection` header */
async function askAgain(url: string, agent: Agent): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    request(`${url}/health/live`, { agent }, (res) => {
      text(res).then(() => resolve(res.headers.connection), reject);
    })
      .once('error', reject)
      .end();
  });
}

/** A proxy sends the next request on a connection that it keeps, and does not repeat a POST that is reset. */
test('a process that ends answers on a kept connection, and closes it with the answer', async () => {
  const server = await startTestServer('sqlite', { SOM3D_SHUTDOWN_SECONDS: '60' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await askAgain(server.url, agent)).toBe('keep-alive');
  const stopped = server.stop();
  await until(
    async () =>
      await call(`${server.url}/health/live`).then(
        () => false,
        () => true,
      ),
    'nothing new is accepted',
  );
  expect(await askAgain(server.url, agent)).toBe('close');
  await stopped;
  agent.destroy();
});

test('a process that ends does not wait for connections that nobody uses', async () => {
  const server = await startTestServer('sqlite', { SOM3D_SHUTDOWN_SECONDS: '600' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await askAgain(server.url, agent)).toBe('keep-alive');
  await server.stop();
  agent.destroy();
});
