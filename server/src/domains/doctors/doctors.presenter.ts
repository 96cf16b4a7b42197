import type { Doctor } from '@som3d/contract';
import type { DoctorRow } from './doctors.queries.ts';

/** A doctor as the contract shows them. */
export function presentDoctor(row: DoctorRow): Doctor {
  return {
    ...row,
    referenciado: Boolean(row.referenciado),
    activo: Boolean(row.activo),
  };
}
