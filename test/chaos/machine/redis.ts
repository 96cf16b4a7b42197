import { connect } from 'node:net';
import path from 'node:path';
import { onPath } from '../../support/services.ts';
import type { OwnServer, Place } from './own-server.ts';
import { createProgram } from './program.ts';

/** Whether something listens there. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A Redis that keeps nothing: whenever it is killed it comes back empty. */
export async function createRedis({ folder, logs, port }: Place): Promise<OwnServer> {
  const command = await onPath('redis-server');
  if (!command) throw new Error('there is no redis-server on the PATH; --queue database goes without');
  const program = createProgram({
    name: 'redis',
    command,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    cwd: folder,
    env: {},
    logFile: path.join(logs, 'redis.log'),
    ready: () => listens(port),
  });
  return { program, port };
}
