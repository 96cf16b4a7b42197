import { randomBytes } from 'node:crypto';
import { HospitalCode } from '@som3d/server/db/entities/hospital-code.entity.js';
import type { Session, TestServer } from './server.ts';

/** A code that no hospital of the tests has. */
export const newCode = (): string => `T-${randomBytes(4).toString('hex').toUpperCase()}`;

/** A new hospital with its code, made through the API. */
export const createHospital = async ({ client }: Session, body: object = {}) =>
  (await client.hospitals.create({ body: { nombre: 'Clínica del Norte', codigo: newCode(), ...body } })).body;

/** The history of a hospital's codes, oldest first. */
export const codesOf = async ({ deps }: TestServer, id_hospital: number): Promise<HospitalCode[]> =>
  await deps.orm.em.fork().find(HospitalCode, { id_hospital }, { orderBy: { id_hospital_code: 'asc' } });
