import { isIPv4 } from 'node:net';

/** Whether an address is this machine's own, e.g. `127.0.0.1`, `::1`, `::ffff:127.0.0.1` or `localhost`. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === 'localhost' || plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}
