import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { seedDemo, seedPlans } from './db/seeds.ts';
import type { Deps } from './deps.ts';
import { hashPassword } from './domains/auth/passwords.ts';

/** An account made at the first start; the password is known only now. */
export interface FirstAccount {
  readonly role: string;
  readonly correo: string;
  readonly password: string;
}

/** Five groups of four: easy to type, 100 bits. */
export const randomPassword = (): string => {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  const letters = [...randomBytes(20)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return letters.match(/.{4}/g)?.join('-') ?? letters;
};

const account = (role: string, correo: string, given: string | undefined): FirstAccount => ({
  role,
  correo,
  password: given ?? randomPassword(),
});

/**
 * Seeds the embedded database: plans always, the demo doctor and the administrator once. Repeating it changes nothing.
 *
 * @returns the accounts that were made by this call, with their passwords in plain text
 */
export const seedFirstStart = async ({ orm, clock }: Deps, config: Config): Promise<FirstAccount[]> => {
  await seedPlans(orm.em.fork());
  if (!config.SOM3D_DEMO) return [];
  const doctor = account('Demo doctor', 'medico.demo@som3d.local', config.SOM3D_DEMO_PASSWORD);
  const admin = account('Administrator', 'admin@som3d.local', config.SOM3D_ADMIN_PASSWORD);
  const [doctorHash, adminHash] = await Promise.all([hashPassword(doctor.password), hashPassword(admin.password)]);
  const created = await seedDemo(orm.em.fork(), { doctorHash, adminHash, now: clock() });
  return [...(created.doctor ? [doctor] : []), ...(created.admin ? [admin] : [])];
};
