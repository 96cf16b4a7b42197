import { admin } from './admin.ts';
import { auth } from './auth.ts';
import { epayco } from './epayco.ts';
import { health } from './health.ts';
import { hospitals } from './hospitals.ts';
import { messages } from './messages.ts';
import { monitoring } from './monitoring.ts';
import { patients } from './patients.ts';
import { plans } from './plans.ts';
import { som3d } from './som3d.ts';
import { studies } from './studies.ts';
import { subscriptions } from './subscriptions.ts';
import { usage } from './usage.ts';
import { visor } from './visor.ts';
import { workers } from './workers.ts';

export * from './common/index.ts';
export * from './admin.ts';
export * from './auth.ts';
export * from './doctors.ts';
export * from './health.ts';
export * from './hospitals.ts';
export * from './messages.ts';
export * from './metrics.ts';
export * from './monitoring.ts';
export * from './epayco.ts';
export * from './patients.ts';
export * from './plans.ts';
export * from './som3d.jobs.ts';
export * from './som3d.results.ts';
export * from './som3d.ts';
export * from './studies.ts';
export * from './subscriptions.ts';
export * from './usage.ts';
export * from './visor.ts';
export * from './workers.ts';

/** Every endpoint of the service, by domain. The server, the client and the OpenAPI document derive from it. */
export const contract = {
  health,
  auth,
  plans,
  subscriptions,
  hospitals,
  admin,
  patients,
  studies,
  visor,
  som3d,
  usage,
  messages,
  monitoring,
  epayco,
  workers,
};
export type Contract = typeof contract;
