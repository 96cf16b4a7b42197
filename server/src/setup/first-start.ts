import { randomBytes } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { DEMO_ADMIN, DEMO_DOCTOR, seedDemo, seedPlans } from './seeds.ts';
import type { Deps } from '../deps.ts';
import { Usuario } from '../db/entities/auth.entity.ts';
import { hashPassword } from '../domains/auth/passwords.ts';

/** An account of the first start. The password is known only now. */
export interface FirstAccount {
  readonly role: string;
  readonly correo: string;
  readonly password: string;
}

/** Five groups of four: easy to type, 100 bits. */
export function randomPassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  const letters = [...randomBytes(20)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return letters.match(/.{4}/g)?.join('-') ?? letters;
}

function account(role: string, correo: string, given: string | undefined): FirstAccount {
  return {
    role,
    correo,
    password: given ?? randomPassword(),
  };
}

/**
 * Seeds an embedded database without users: the plans, and unless `SOM3D_DEMO=false` the demo doctor and the
 * administrator. Rows that somebody removes later stay removed.
 *
 * @returns the accounts that this call created, with their passwords in plain text
 */
export async function seedFirstStart({ orm, clock }: Deps, config: Config): Promise<FirstAccount[]> {
  const em = orm.em.fork();
  if ((await em.count(Usuario)) > 0) return [];
  await seedPlans(em);
  if (!config.SOM3D_DEMO) return [];
  const doctor = account('Demo doctor', DEMO_DOCTOR, config.SOM3D_DEMO_PASSWORD);
  const admin = account('Administrator', DEMO_ADMIN, config.SOM3D_ADMIN_PASSWORD);
  const [doctorPasswordHash, adminPasswordHash] = await Promise.all([
    hashPassword(doctor.password, config),
    hashPassword(admin.password, config),
  ]);
  const made = await seedDemo(em, { doctorPasswordHash, adminPasswordHash, now: clock() });
  // With two first starts at once, each account has the password of the process that created it.
  return [...(made.doctorCreated ? [doctor] : []), ...(made.adminCreated ? [admin] : [])];
}
