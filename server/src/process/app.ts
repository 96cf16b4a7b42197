import { contract } from '@som3d/contract';
import express, { type Express } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { adminRoutes } from '../domains/admin/admin.routes.ts';
import { auditRefusals } from '../domains/audit/refusals.ts';
import { demoRouter } from '../domains/auth/demo-link.ts';
import { authRoutes } from '../domains/auth/auth.routes.ts';
import { authentication } from '../domains/auth/authentication.ts';
import { epaycoRoutes } from '../domains/epayco/epayco.routes.ts';
import type { PaymentProcessor } from '../domains/epayco/processor.ts';
import { healthRoutes } from '../domains/health/health.routes.ts';
import { hospitalRoutes } from '../domains/hospitals/hospitals.routes.ts';
import { messageRoutes } from '../domains/messages/messages.routes.ts';
import { monitoringRoutes } from '../domains/monitoring/monitoring.routes.ts';
import { patientRoutes } from '../domains/patients/patients.routes.ts';
import { planRoutes } from '../domains/plans/plans.routes.ts';
import { som3dRoutes } from '../domains/som3d/som3d.routes.ts';
import { studyRoutes } from '../domains/studies/studies.routes.ts';
import { subscriptionRoutes } from '../domains/subscriptions/subscriptions.routes.ts';
import { uploadRoutes } from '../domains/uploads/uploads.routes.ts';
import { usageRoutes } from '../domains/usage/usage.routes.ts';
import { visorRoutes } from '../domains/visor/visor.routes.ts';
import { workerRoutes } from '../domains/workers/workers.routes.ts';
import { enforceAccess } from '../http/access.ts';
import { readBody } from '../http/body.ts';
import { docsRoutes } from '../http/docs.ts';
import { visorRouter } from '../http/visor.ts';
import { problemHandler } from '../http/problem.ts';
import { nearestScheme, trustedHops } from '../http/proxy.ts';
import { parseQuery } from '../http/query.ts';
import { requestLog } from '../http/request-log.ts';
import { mount } from '../http/router.ts';
import { crossOrigin, noStore, securityHeaders } from '../http/security.ts';
import { singleHost } from '../http/single-host.ts';
import { tusHeaders } from '../http/tus.ts';
import { refuseLiteralAsId, unmatched } from '../http/unmatched.ts';
import { answerTexts } from '../http/text-answers.ts';
import { observeRequests } from '../http/observe-requests.ts';
import type { Jobs } from '../jobs/jobs.ts';

/**
 * The HTTP application: every route of the contract behind the one access rule, the docs page, and one mapping of
 * errors. It does not listen, and starts no background work.
 *
 * @param jobs what this process handles jobs with
 * @param payments settles confirmed payments
 */
export function buildApp(deps: Deps, jobs: Jobs, payments: PaymentProcessor): Express {
  z.config(z.locales.es());
  const authenticate = authentication(deps);
  const app = express();
  answerTexts(app);
  app.disable('x-powered-by');
  app.set('query parser', parseQuery);
  app.set('trust proxy', trustedHops(deps.config.TRUST_PROXY_HEADERS));
  app.use(
    nearestScheme,
    observeRequests(deps.telemetry),
    requestLog(deps.log, deps.telemetry.tracing),
    singleHost,
    securityHeaders(),
    tusHeaders(deps.config.maxUploadBytes),
    crossOrigin(deps.config),
    docsRoutes(),
  );
  app.use('/app', demoRouter(deps), visorRouter(deps.storage));
  app.use(noStore, refuseLiteralAsId);
  mount(
    app,
    contract,
    {
      health: healthRoutes(deps, jobs),
      monitoring: monitoringRoutes(deps, authenticate),
      epayco: epaycoRoutes(deps, payments),
      auth: authRoutes(deps),
      plans: planRoutes(deps),
      subscriptions: subscriptionRoutes(deps),
      hospitals: hospitalRoutes(deps),
      admin: adminRoutes(deps, jobs),
      patients: patientRoutes(deps),
      studies: studyRoutes(deps),
      visor: visorRoutes(deps),
      som3d: som3dRoutes(deps, jobs),
      uploads: uploadRoutes(deps, jobs),
      usage: usageRoutes(deps),
      workers: workerRoutes(deps),
      messages: messageRoutes(deps),
    },
    [enforceAccess(authenticate), readBody(deps.config.SOM3D_BODY_SECONDS)],
  );
  app.use(unmatched, auditRefusals(deps), problemHandler);
  return app;
}
