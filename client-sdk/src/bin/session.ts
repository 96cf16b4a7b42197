import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createClient, type Client } from '../index.ts';
import { normaliseBaseUrl } from '../core/path.ts';
import { NotLoggedInError } from './failure.ts';
import { writeWhole } from './files.ts';
import { userAgent } from './version.ts';

/** The default address of the service. */
export const DEFAULT_URL = 'http://127.0.0.1:8000';

/** What `login` stores for the other commands. */
export interface Credentials {
  readonly url: string;
  readonly token: string;
  readonly correo?: string | undefined;
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false;
  const { url, token, correo } = value as Partial<Record<keyof Credentials, unknown>>;
  const known = correo === undefined || typeof correo === 'string';
  return typeof url === 'string' && typeof token === 'string' && known;
}

/** `$XDG_CONFIG_HOME/som3d/credentials.json`, otherwise under `~/.config`. */
export function credentialsPath(): string {
  return join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'som3d', 'credentials.json');
}

/** The stored session; `undefined` when there is none or it is unreadable. */
export async function readCredentials(): Promise<Credentials | undefined> {
  const text = await readFile(credentialsPath(), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const stored: unknown = JSON.parse(text);
    return isCredentials(stored) ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a session, readable for its owner only (mode 0600), completely or not at all. */
export async function writeCredentials(credentials: Credentials): Promise<void> {
  const path = credentialsPath();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeWhole(path, (temporary) =>
    writeFile(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' }),
  );
}

/** Removes the session. @returns whether there was one */
export async function removeCredentials(): Promise<boolean> {
  const had = (await readCredentials()) !== undefined;
  await rm(credentialsPath(), { force: true });
  return had;
}

/** The server and the token of a command. */
export interface Session {
  readonly url: string;
  readonly token: string | undefined;
}

/** SOM3D_URL and SOM3D_TOKEN take precedence over the stored session. A stored token goes to its own server only. */
export async function currentSession(): Promise<Session> {
  const stored = await readCredentials();
  const url = normaliseBaseUrl(process.env['SOM3D_URL'] || stored?.url || DEFAULT_URL);
  const storedToken = stored?.url === url ? stored.token : undefined;
  return { url, token: process.env['SOM3D_TOKEN'] || storedToken };
}

/** A client without a session, e.g. for a login. */
export function anonymousClient(url: string): Client {
  return createClient({ baseUrl: url, userAgent: userAgent() });
}

/** The client of the present session. @throws NotLoggedInError */
export async function sessionClient(): Promise<Client> {
  const { url, token } = await currentSession();
  if (!token) throw new NotLoggedInError(url);
  return createClient({ baseUrl: url, token, userAgent: userAgent() });
}
