import type { contract } from '@som3d/contract';
import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { bearerOf, UNAUTHORIZED } from '../../http/access.ts';
import { actorOf } from '../../http/context.ts';
import type { Handlers } from '../../http/router.ts';
import { type Caller, callerOf } from './caller.ts';
import { SessionCookies } from './cookies.ts';
import { DeviceCookies } from './devices.ts';
import { Logins } from './login.ts';
import { OneTimeTokens } from './one-time.ts';
import { PasswordReset } from './password-reset.ts';
import { Profile } from './profile.ts';
import { Registration } from './registration.ts';
import { RESET_PAGE, RESET_PAGE_POLICY, SPENT_LINK_PAGE } from './reset-page.ts';
import { SecondFactors } from './second-factor.ts';
import { type OpenSession, Sessions } from './sessions.ts';
import { currentTerms } from './terms.ts';
import { issueAccessToken, readAccessToken } from './tokens.ts';

type Routes = Handlers<typeof contract.auth>;
type CallerOf = (req: Request) => Caller;

const NO_SESSION = 'La sesión no es válida o venció';

function sessionRoutes(deps: Deps, devices: DeviceCookies, who: CallerOf, logins: Logins, sessions: Sessions) {
  const cookies = new SessionCookies(deps.config);

  /** The cookies of a session that was opened or renewed, and the access token that names it. */
  const signedIn = (req: Request, res: Response, { user, refreshToken, sid }: OpenSession) => {
    cookies.set(req, res, refreshToken);
    return { access_token: issueAccessToken(deps, user, sid), token_type: 'bearer' as const };
  };

  return {
    login: async ({ body, req, res }) => {
      const opened = await logins.login(body, who(req));
      // Before the session's: clients of an older release take the last hidden cookie for the refresh token.
      devices.remember(req, res, opened.user.id_usuario);
      return { status: 200, body: signedIn(req, res, opened) };
    },
    csrf: ({ req, res }) => {
      const csrf = cookies.issueCsrf(req, res);
      return Promise.resolve({ status: 200, body: { ok: true, csrf, csrf_token: csrf } });
    },
    refresh: async ({ headers, req, res }) => {
      if (!cookies.hasCsrf(req, headers['x-csrf-token'])) {
        throw new AppError('forbidden', 'Falta X-CSRF-Token, o no coincide con su cookie');
      }
      const refreshToken = cookies.refreshToken(req);
      const renewed = refreshToken === undefined ? null : await sessions.renew(refreshToken, who(req));
      if (!renewed) throw new AppError('unauthorized', NO_SESSION, UNAUTHORIZED);
      return { status: 200, body: signedIn(req, res, renewed) };
    },
    logout: async ({ req, res }) => {
      const refreshToken = cookies.refreshToken(req);
      if (refreshToken !== undefined) await sessions.close(refreshToken);
      const token = readAccessToken(deps, bearerOf(req.get('authorization')) ?? '');
      if (token?.sid != null) await sessions.end(token.id_usuario, token.sid);
      cookies.clear(req, res);
      return { status: 200, body: { ok: true } };
    },
    sessions: async ({ req }) => {
      const { id_usuario, sid } = actorOf(req);
      return { status: 200, body: await sessions.list(id_usuario, sid) };
    },
    endOtherSessions: async ({ req }) => {
      const { id_usuario, sid } = actorOf(req);
      return { status: 200, body: { ok: true, cerradas: await sessions.endOthers(id_usuario, sid) } };
    },
    endSession: async ({ params, req }) => {
      const ended = await sessions.end(actorOf(req).id_usuario, params.id);
      if (!ended) throw new AppError('not_found', 'La sesión no existe o ya se cerró');
      return { status: 204, body: undefined };
    },
  } satisfies Partial<Routes>;
}

function secondFactorRoutes(factors: SecondFactors, who: CallerOf) {
  return {
    secondFactor: async ({ req }) => ({ status: 200, body: await factors.read(actorOf(req)) }),
    enrolSecondFactor: async ({ req, body }) => ({
      status: 200,
      body: await factors.enrol(actorOf(req), body.password_actual, who(req)),
    }),
    confirmSecondFactor: async ({ req, body }) => ({
      status: 200,
      body: { codigos: await factors.confirm(actorOf(req), body.totp) },
    }),
    removeSecondFactor: async ({ req, body }) => {
      await factors.remove(actorOf(req), { password: body.password_actual, code: body.totp }, who(req));
      return { status: 200, body: { ok: true } };
    },
  } satisfies Partial<Routes>;
}

function resetRoutes(reset: PasswordReset, who: CallerOf) {
  return {
    forgotPassword: async ({ body, req }) => {
      await reset.requestLink(body.correo, who(req));
      return { status: 200, body: { ok: true } };
    },
    resetForm: async ({ query, res }) => {
      res.set({ 'content-security-policy': RESET_PAGE_POLICY });
      const good = await reset.isGoodLink(query.token);
      return good ? { status: 200, body: RESET_PAGE } : { status: 400, body: SPENT_LINK_PAGE };
    },
    resetPassword: async ({ body }) => {
      await reset.byLink(body.token, body.new_password);
      return { status: 200, body: { ok: true } };
    },
    forgotPasswordCode: async ({ body, req }) => ({
      status: 200,
      body: await reset.requestCode(body.correo, who(req)),
    }),
    resetPasswordCode: async ({ body }) => {
      await reset.byCode(body);
      return { status: 200, body: { ok: true } };
    },
  } satisfies Partial<Routes>;
}

/** Accounts and sessions over HTTP. */
export function authRoutes(deps: Deps): Routes {
  const devices = new DeviceCookies(deps);
  const sessions = new Sessions(deps);
  const logins = new Logins(deps, sessions);
  const tokens = new OneTimeTokens(deps);
  const registration = new Registration(deps, tokens);
  const profile = new Profile(deps, tokens, logins);
  const who: CallerOf = (req) => callerOf(req, devices);

  return {
    ...sessionRoutes(deps, devices, who, logins, sessions),
    ...resetRoutes(new PasswordReset(deps, tokens), who),
    register: async ({ body, req }) => ({ status: 201, body: await registration.register(body, who(req)) }),
    preRegister: async ({ body, req }) => ({ status: 200, body: await registration.begin(body, who(req)) }),
    confirmCode: async ({ body }) => ({
      status: 200,
      body: { ok: true, ...(await registration.confirm(body.token, body.code)) },
    }),
    emailExists: () => Promise.resolve({ status: 200, body: { exists: false } }),
    terms: () => Promise.resolve({ status: 200, body: currentTerms(deps.config) }),
    me: async ({ req }) => ({ status: 200, body: await profile.read(actorOf(req)) }),
    updateMe: async ({ req, body }) => ({ status: 200, body: await profile.update(actorOf(req), body, who(req)) }),
    ...secondFactorRoutes(new SecondFactors(deps, logins), who),
    confirmEmail: async ({ req, body }) => ({
      status: 200,
      body: await profile.confirmAddress(actorOf(req), body.code),
    }),
  };
}
