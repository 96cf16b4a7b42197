import type { Doctor } from '@som3d/contract';
import type { DoctorRow } from './doctors.queries.ts';

/** A doctor as the contract shows them. */
export const presentDoctor = (row: DoctorRow): Doctor => ({
  ...row,
  referenciado: Boolean(row.referenciado),
  activo: Boolean(row.activo),
});
