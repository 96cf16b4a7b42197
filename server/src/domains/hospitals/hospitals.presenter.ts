import type { Hospital as HospitalShape, HospitalDetail, PublicHospital, PublicHospitalDetail } from '@som3d/contract';
import { toInstant } from '../../db/kysely.ts';
import type { HospitalRow } from './hospitals.queries.ts';
import type { Hospital } from '../../db/entities/hospitals.entity.ts';

/** A hospital as the contract shows it, from an entity or from a row. */
export function presentHospital(row: Omit<Hospital, 'creado_en' | 'actualizado_en'>): HospitalShape {
  return {
    id_hospital: row.id_hospital,
    nombre: row.nombre,
    direccion: row.direccion ?? null,
    ciudad: row.ciudad ?? null,
    telefono: row.telefono ?? null,
    correo: row.correo ?? null,
    codigo: row.codigo,
    estado: row.estado,
  };
}

/** What its code shows of a hospital to somebody who has not signed in. */
export function presentPublicHospital(hospital: PublicHospital): PublicHospital {
  const { id_hospital, nombre, codigo, estado } = hospital;
  return { id_hospital, nombre, ciudad: hospital.ciudad ?? null, codigo, estado };
}

function instant(value: Date | null): string | null {
  return toInstant(value)?.toISOString() ?? null;
}

/** The same with its subscription's worth and a code of its history. */
export function presentHospitalDetail(row: HospitalRow): HospitalDetail {
  return {
    ...presentHospital(row),
    has_active_subscription: Boolean(row.has_active_subscription),
    code: {
      codigo: row.code_codigo ?? row.codigo,
      expires_at: instant(row.expires_at),
      used_at: instant(row.used_at),
      revoked_at: instant(row.revoked_at),
    },
  };
}

/** The same for somebody who has the code and has not signed in. */
export function presentPublicDetail(row: HospitalRow): PublicHospitalDetail {
  const { has_active_subscription, code, ...hospital } = presentHospitalDetail(row);
  return { ...presentPublicHospital(hospital), has_active_subscription, code };
}
