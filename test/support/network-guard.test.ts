import { once } from 'node:events';
import { createServer } from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const guard = path.join(import.meta.dirname, 'network-guard.ts');
function node(code: string) {
  return promisify(execFile)(process.execPath, ['--import', guard, '--input-type=module', '--eval', code], {
    env: { ...process.env, SOM3D_TEST_GUARD: '1' },
  });
}

describe('the network guard', () => {
  test('lets this machine through', async () => {
    await using server = createServer((_, res) => res.end('here'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe('here');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
  });

  test.each([
    ['fetch by name', "await fetch('https://example.com/').catch(() => {})"],
    ['fetch by address', "await fetch('http://203.0.113.9/').catch(() => {})"],
    ['a socket', "(await import('node:net')).connect(80, '203.0.113.9').on('error', () => {})"],
    ['https', "(await import('node:https')).get('https://203.0.113.9/').on('error', () => {})"],
    ['a name', "(await import('node:dns')).lookup('example.com', () => {})"],
    ['a name, later', "await (await import('node:dns')).promises.lookup('example.com').catch(() => {})"],
  ])('ends a process that goes elsewhere: %s', async (_, code) => {
    await expect(node(`${code}; await new Promise((done) => setTimeout(done, 5000))`)).rejects.toMatchObject({
      code: 86,
      stderr: expect.stringMatching(/a test tried to reach (example\.com|203\.0\.113\.9)/),
    });
  });
});
