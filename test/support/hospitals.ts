import { randomBytes } from 'node:crypto';
import { entities } from '@som3d/server/testing';
import type { Session, TestServer } from './server.ts';

/** A code that no hospital of the tests has. */
export function newCode(): string {
  return `T-${randomBytes(4).toString('hex').toUpperCase()}`;
}

/** A new hospital with its code, made through the API. */
export async function createHospital({ client }: Session, body: object = {}) {
  return (await client.hospitals.create({ body: { nombre: 'Clínica del Norte', codigo: newCode(), ...body } })).body;
}

/** The history of a hospital's codes, oldest first. */
export async function codesOf({ deps }: TestServer, id_hospital: number): Promise<entities.HospitalCode[]> {
  return await deps.orm.em
    .fork()
    .find(entities.HospitalCode, { id_hospital }, { orderBy: { id_hospital_code: 'asc' } });
}
