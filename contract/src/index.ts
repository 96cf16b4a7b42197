import { auth } from './auth.ts';
import { health } from './health.ts';
import { patients } from './patients.ts';
import { som3d } from './som3d.ts';
import { studies } from './studies.ts';
import { visor } from './visor.ts';

export * from './common/index.ts';
export * from './auth.ts';
export * from './health.ts';
export * from './epayco.ts';
export * from './patients.ts';
export * from './som3d.ts';
export * from './studies.ts';
export * from './visor.ts';

/** Every endpoint of the service, by domain. The server, the client and the OpenAPI document derive from it. */
export const contract = { health, auth, patients, studies, visor, som3d };
export type Contract = typeof contract;
