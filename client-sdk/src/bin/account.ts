import { Som3dError } from '../index.ts';
import { normaliseBaseUrl } from '../core/path.ts';
import { UsageError } from './failure.ts';
import { note, print, printable } from './output.ts';
import { askLine, askSecret, isInteractive, readStdinLine } from './prompt.ts';
import {
  anonymousClient,
  type Credentials,
  credentialsPath,
  currentSession,
  readCredentials,
  removeCredentials,
  sessionClient,
  writeCredentials,
} from './session.ts';
import { say } from './texts.ts';

export interface LoginOptions {
  readonly url?: string;
  readonly correo?: string;
  readonly passwordStdin?: boolean;
  readonly totp?: string;
}

async function askCorreo(): Promise<string> {
  const stored = await readCredentials();
  if (!isInteractive()) throw new UsageError(say.noCorreo);
  return askLine(say.correo, stored?.correo);
}

function askPassword(fromStdin: boolean | undefined): Promise<string> {
  if (fromStdin) return readStdinLine();
  if (isInteractive()) return askSecret(say.password);
  throw new UsageError(say.noTerminal);
}

/** Logs in and stores the session. */
export async function login(options: LoginOptions): Promise<void> {
  const url = normaliseBaseUrl(options.url ?? (await currentSession()).url);
  const correo = options.correo ?? (await askCorreo());
  const password = await askPassword(options.passwordStdin);
  if (correo === '' || password === '') throw new UsageError(say.emptyCredentials);
  const { body } = await anonymousClient(url).auth.login({
    body: { correo, password, ...(options.totp === undefined ? {} : { totp: options.totp }) },
  });
  await writeCredentials({ url, token: body.access_token, correo });
  print(say.loggedIn(url, printable(correo)));
  note(say.sessionKept(credentialsPath()));
}

/** Ends the session at the service. One that has run out, or that the service does not answer for, ends by itself. */
async function endSession({ url, token }: Credentials): Promise<void> {
  try {
    await anonymousClient(url).auth.logout({ extraHeaders: { authorization: `Bearer ${token}` } });
  } catch (error) {
    if (!(error instanceof Som3dError)) throw error;
    note(say.notEnded(error.message));
  }
}

/** Ends and forgets the stored session. */
export async function logout(): Promise<void> {
  const stored = await readCredentials();
  const had = await removeCredentials();
  if (stored) await endSession(stored);
  print(had ? say.loggedOut : say.noSession);
  if (process.env['SOM3D_TOKEN']) note(say.tokenStillSet);
}

/** Prints the account of the session. */
export async function whoami(): Promise<void> {
  const client = await sessionClient();
  const { url } = await currentSession();
  const { body: user } = await client.auth.me();
  const state = user.activo ? '' : `, ${say.inactive}`;
  print(printable(say.at(`${user.nombre} ${user.apellido} <${user.correo}> (${user.rol}${state})`, url)));
}
