import type { Plan as PlanOut } from '@som3d/contract';
import type { Plan } from '../../db/entities/plans.entity.ts';

/** A plan as the contract shows it, from an entity or from a row. */
export const presentPlan = (
  row: Pick<Plan, 'id_plan' | 'nombre' | 'precio' | 'periodo' | 'duracion_meses'>,
): PlanOut => ({
  id_plan: row.id_plan,
  nombre: row.nombre,
  precio: row.precio,
  periodo: row.periodo,
  duracion_meses: row.duracion_meses,
});
