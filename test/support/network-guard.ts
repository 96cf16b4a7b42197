import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

interface Guard {
  readonly report: (attempt: string) => void;
  readonly allowed: readonly string[];
}

let guard: Guard | undefined;

/**
 * Refuses every connection and every name but this machine's own, below `http`, `fetch`, `tls` and the database drivers.
 * Use it also in a process that a test starts: `node --import <this file> …` with `SOM3D_TEST_GUARD=1`. Files of tests
 * that share a process call it one after the other: the last call counts.
 *
 * @param report gets every attempt, because the code under test may catch what is refused
 * @param allowed hosts that are not this machine, but belong to the run: its MySQL may be elsewhere
 */
export function guardNetwork(report: Guard['report'], allowed: Guard['allowed'] = []): void {
  if (!guard) guardModules();
  guard = { report, allowed };
}

function mayReach(host: string): boolean {
  return isLoopback(host) || (guard?.allowed.includes(host) ?? false);
}

function refuse(target: string): Error {
  const attempt = `a test tried to reach ${target}`;
  guard?.report(attempt);
  return new Error(attempt);
}

function guardModules(): void {
  const connect = Reflect.get(net.Socket.prototype, 'connect') as (...args: unknown[]) => net.Socket;
  net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]) {
    const host = hostOf(args);
    if (!mayReach(host)) {
      const error = refuse(host);
      queueMicrotask(() => this.destroy(error));
      return this;
    }
    return Reflect.apply(connect, this, args);
  };

  const lookup = dns.lookup;
  dns.lookup = ((host: string, ...rest: unknown[]) => {
    if (mayReach(host)) return Reflect.apply(lookup, dns, [host, ...rest]) as unknown;
    const callback = rest.at(-1) as (error: Error) => void;
    const error = refuse(host);
    queueMicrotask(() => callback(error));
    return undefined;
  }) as typeof lookup;

  const lookupLater = dns.promises.lookup;
  dns.promises.lookup = (async (host: string, ...rest: unknown[]) => {
    if (!mayReach(host)) throw refuse(host);
    return Reflect.apply(lookupLater, dns.promises, [host, ...rest]) as unknown;
  }) as typeof lookupLater;
  // for those who import a function by its name
  syncBuiltinESMExports();
}

/** The arguments of `connect`: options, a port and a host, or a path; inside `net`, those three packed in an array. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { host?: string; path?: string };
    return path ? 'localhost' : (host ?? 'localhost');
  }
  const isPath = typeof first === 'string' && Number.isNaN(Number(first));
  return isPath || typeof second !== 'string' ? 'localhost' : second;
}

function isLoopback(host: string): boolean {
  return !host || /^(localhost|.*\.localhost|127(\.\d+){3}|\[?::1\]?|::ffff:127(\.\d+){3})$/i.test(host);
}

if (process.env['SOM3D_TEST_GUARD'] === '1') {
  guardNetwork((attempt) => {
    console.error(attempt);
    process.exit(86);
  });
}
