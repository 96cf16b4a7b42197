import type { Plan as PlanOut } from '@som3d/contract';
import type { Plan } from '../../db/entities/plans.entity.ts';

/** A plan as the contract shows it, from an entity or from a row. */
export function presentPlan(row: Pick<Plan, 'id_plan' | 'nombre' | 'precio' | 'periodo' | 'duracion_meses'>): PlanOut {
  return {
    id_plan: row.id_plan,
    nombre: row.nombre,
    precio: row.precio,
    periodo: row.periodo,
    duracion_meses: row.duracion_meses,
  };
}
