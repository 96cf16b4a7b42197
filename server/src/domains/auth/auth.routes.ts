import type { contract } from '@som3d/contract';
import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Handlers } from '../../http/router.ts';
import { actorOf } from '../../http/context.ts';
import type { AuthService } from './auth.service.ts';
import { createSessionCookies } from './cookies.ts';
import type { Caller } from './lockout.ts';
import { createOneTimeTokens } from './one-time.ts';
import { createPasswordReset } from './password-reset.ts';
import { createRegistration } from './registration.ts';
import { RESET_PAGE, RESET_PAGE_POLICY, SPENT_LINK_PAGE } from './reset-page.ts';

function callerOf(req: Request): Caller {
  return { ip: req.ip ?? null, userAgent: req.get('user-agent') ?? null };
}

/** Accounts and sessions over HTTP. */
export function authRoutes(auth: AuthService, deps: Deps): Handlers<typeof contract.auth> {
  const { config } = deps;
  const cookies = createSessionCookies(config);
  const tokens = createOneTimeTokens(deps);
  const registration = createRegistration(deps, tokens);
  const reset = createPasswordReset(deps, tokens);

  /** The address of the link's page. */
  const linkOf = (token: string): string => `${deps.address.url}/auth/reset-password/form?token=${token}`;

  return {
    register: async ({ body }) => ({ status: 201, body: await auth.register(body) }),
    login: async ({ body, req, res }) => {
      const { answer, refreshToken } = await auth.login(body, callerOf(req));
      cookies.set(req, res, refreshToken);
      return { status: 200, body: answer };
    },
    me: async ({ req }) => ({ status: 200, body: await auth.me(actorOf(req)) }),
    updateMe: async ({ req, body }) => ({ status: 200, body: await auth.updateMe(actorOf(req), body) }),
    emailExists: () => Promise.resolve({ status: 200, body: { exists: false } }),
    csrf: ({ req, res }) => {
      res.set('cache-control', 'no-store');
      return Promise.resolve({ status: 200, body: { csrf_token: cookies.issueCsrf(req, res) } });
    },
    refresh: async ({ headers, req, res }) => {
      if (!cookies.hasCsrf(req, headers['x-csrf-token'])) {
        throw new AppError('forbidden', 'Falta X-CSRF-Token, o no coincide con su cookie');
      }
      const { answer, refreshToken } = await auth.refresh(cookies.refreshToken(req), callerOf(req));
      cookies.set(req, res, refreshToken);
      return { status: 200, body: answer };
    },
    logout: async ({ req, res }) => {
      await auth.logout(cookies.refreshToken(req));
      cookies.clear(res);
      return { status: 200, body: { ok: true } };
    },
    preRegister: async ({ body, req }) => ({ status: 200, body: await registration.begin(body, callerOf(req)) }),
    confirmCode: async ({ body }) => ({ status: 201, body: await registration.confirm(body.token, body.code) }),
    forgotPassword: async ({ body, req }) => {
      await reset.requestLink(body.correo, callerOf(req), linkOf);
      return { status: 200, body: { ok: true } };
    },
    resetForm: async ({ query, res }) => {
      res.set({ 'content-security-policy': RESET_PAGE_POLICY, 'cache-control': 'no-store' });
      const good = await reset.isGoodLink(query.token);
      return good ? { status: 200, body: RESET_PAGE } : { status: 400, body: SPENT_LINK_PAGE };
    },
    resetPassword: async ({ body }) => {
      await reset.byLink(body.token, body.new_password);
      return { status: 200, body: { ok: true } };
    },
    forgotPasswordCode: async ({ body, req }) => ({
      status: 200,
      body: await reset.requestCode(body.correo, callerOf(req)),
    }),
    resetPasswordCode: async ({ body }) => {
      await reset.byCode(body);
      return { status: 200, body: { ok: true } };
    },
  };
}
