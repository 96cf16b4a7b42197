import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import http from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';

/** What is there but does not work is told, and passed over. */
export async function attempt<T>(failure: string, find: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    console.log(`${failure}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Whether there is a Docker that can be asked for containers. */
export async function dockerAnswers(): Promise<boolean> {
  const host = new URL(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  const target =
    host.protocol === 'unix:' ? { socketPath: host.pathname } : { host: host.hostname, port: host.port || '2375' };
  const request = http.get({ ...target, path: '/_ping', timeout: 2000 });
  request.on('timeout', () => request.destroy());
  try {
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/**
 * A program by its name, or undefined.
 *
 * @param others folders to look into after those of the PATH
 */
export async function onPath(name: string, others: readonly string[] = []): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  // Server programs live in sbin, which is not on every user's PATH.
  for (const folder of [...folders, '/usr/sbin', '/usr/local/sbin', ...others]) {
    const file = path.join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder && found) return file;
  }
  return undefined;
}

/** A port of loopback that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
