import express, { type Request, type Router } from 'express';
import { isLoopback } from '../../base/loopback.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { noStore } from '../../http/security.ts';
import { callerOf, type Caller } from './caller.ts';
import { SessionCookies } from './cookies.ts';
import { DeviceCookies } from './devices.ts';
import { newToken, OneTimeTokens } from './one-time.ts';
import { RESET_PAGE_POLICY, SPENT_DEMO_PAGE } from './reset-page.ts';
import { type OpenSession, Sessions } from './sessions.ts';

const PURPOSE = 'muestra';
const MINUTES = 15;

/** Where the link leads: an address of the application, relative to that of the link. */
interface Payload {
  readonly location: string;
}

/** Whether a request comes from this machine, and no proxy says that it comes from elsewhere. */
function isFromThisMachine({ socket, headers }: Pick<Request, 'socket' | 'headers'>): boolean {
  return isLoopback(socket.remoteAddress ?? '') && !headers['x-forwarded-for'] && !headers.forwarded;
}

/** The link of the first start: it signs the demo doctor in without a password, once. */
export class DemoLink {
  readonly #deps: Deps;
  readonly #tokens: OneTimeTokens;
  readonly #sessions: Sessions;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#tokens = new OneTimeTokens(deps);
    this.#sessions = new Sessions(deps);
  }

  /** @returns an address below the service's, good for 15 minutes, that leads to the case */
  async issue(user: Usuario, jobId: string): Promise<string> {
    const token = newToken();
    const payload: Payload = { location: `../casos/${jobId}` };
    await inTransaction(this.#deps.orm.em, async (em) => {
      this.#tokens.issue(em, {
        purpose: PURPOSE,
        token,
        correo: user.correo,
        ip: null,
        minutes: MINUTES,
        user,
        payload_json: JSON.stringify(payload),
      });
      await em.flush();
    });
    return `/app/muestra/${token}`;
  }

  /** Opens the session of a link. @returns null for a link that was used, has run out or was never given */
  async open(token: string, caller: Caller): Promise<(OpenSession & Payload) | null> {
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const row = await this.#tokens.find(em, PURPOSE, { token }, true);
      const user = row?.id_usuario ? await em.findOne(Usuario, row.id_usuario, FOR_UPDATE) : null;
      if (!row?.payload_json || !user?.activo || !this.#tokens.isBoundTo(row, user.contrasena)) return null;
      const { location } = JSON.parse(row.payload_json) as Payload;
      this.#tokens.use(row);
      return { ...this.#sessions.open(em, user, caller), location };
    });
  }
}

/** The page behind the link, to be mounted at `/app`. It belongs to the application, not to the API: a person opens it, no program. */
export function demoRouter(deps: Deps): Router {
  const link = new DemoLink(deps);
  const cookies = new SessionCookies(deps.config);
  const devices = new DeviceCookies(deps);
  const router = express.Router();
  router.get('/muestra/:token', noStore, async (req: Request<{ token: string }>, res) => {
    const opened = isFromThisMachine(req) ? await link.open(req.params.token, callerOf(req, devices)) : null;
    if (opened) {
      cookies.set(req, res, opened.refreshToken);
      res.redirect(303, opened.location);
    } else {
      res.status(400).set('content-security-policy', RESET_PAGE_POLICY).type('html').send(SPENT_DEMO_PAGE);
    }
  });
  return router;
}
