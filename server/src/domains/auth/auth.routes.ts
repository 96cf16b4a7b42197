import type { contract } from '@som3d/contract';
import type { Handlers } from '../../http/router.ts';
import { actorOf } from '../../http/context.ts';
import type { AuthService } from './auth.service.ts';

export const authRoutes = (auth: AuthService): Handlers<typeof contract.auth> => ({
  register: async ({ body }) => ({ status: 201, body: await auth.register(body) }),
  login: async ({ body, req }) => ({
    status: 200,
    body: await auth.login(body, { ip: req.ip ?? null, userAgent: req.get('user-agent') ?? null }),
  }),
  me: async ({ req }) => ({ status: 200, body: await auth.me(actorOf(req)) }),
  updateMe: async ({ req, body }) => ({ status: 200, body: await auth.updateMe(actorOf(req), body) }),
});
