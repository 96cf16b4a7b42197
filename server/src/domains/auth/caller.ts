import { isIPv6 } from 'node:net';
import type { Request } from 'express';
import type { Device, DeviceCookies } from './devices.ts';

/** Who asks without having signed in: what limits are counted by, and what a session is recorded with. */
export interface Caller {
  readonly ip: string | null;
  /** What an address counts under: see `networkOf`. */
  readonly network: string;
  readonly userAgent: string | null;
  /** The browser, when an account has signed in on it before. */
  readonly device: Device | null;
}

const USER_AGENT_LENGTH = 300;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

function groupsOf(text: string | undefined): string[] {
  return text ? text.split(':') : [];
}

/** The four groups of 16 bits that name the network of an IPv6 address. */
function prefixOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const all = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/**
 * The network that limits count an address under. Who has one IPv6 address has its whole /64, so each of its addresses
 * would be a new one for every try.
 *
 * @returns an IPv4 address, the /64 of an IPv6 address, or `unknown`
 */
export function networkOf(ip: string | null | undefined): string {
  if (!ip) return 'unknown';
  const mapped = MAPPED_IPV4.exec(ip)?.[1];
  if (mapped) return mapped;
  const [address = ''] = ip.split('%');
  return isIPv6(address) ? `${prefixOf(address)}::/64` : ip;
}

/** Who makes this request. */
export function callerOf(req: Request, devices: DeviceCookies): Caller {
  const ip = req.ip ?? null;
  const userAgent = req.get('user-agent')?.slice(0, USER_AGENT_LENGTH) ?? null;
  return { ip, network: networkOf(ip), userAgent, device: devices.read(req) };
}
