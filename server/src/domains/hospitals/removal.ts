import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { disablePayer } from '../subscriptions/payers.ts';
import { removeSubscriptionsOf } from '../subscriptions/subscriptions.cascade.ts';
import { HospitalCode } from '../../db/entities/hospital-code.entity.ts';
import { lockHospital } from './hospitals.service.ts';

/** Removing hospitals: behaviour.md section 6. */
export class HospitalRemoval {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];

  constructor({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
    this.#orm = orm;
    this.#clock = clock;
  }

  /**
   * Removes the hospital with its subscriptions, payments and codes, and detaches its doctors, in one transaction. When
   * one was ACTIVA it ends here: doctors whom nothing else covers are INACTIVO, as when it runs out. The
   * audit row keeps all that went.
   *
   * @throws AppError 404
   */
  async remove(actor: Actor, id_hospital: number): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      const hospital = await lockHospital(em, id_hospital);
      const before = recordOf(hospital);
      const { subscriptions, record } = await removeSubscriptionsOf(em, { id_hospital });
      // Also one that has run out and nobody has noticed yet: its end has had no consequences so far.
      if (subscriptions.some(({ estado }) => estado === 'ACTIVA')) await disablePayer(em, { id_hospital }, now);
      const codigos = await em.find(HospitalCode, { id_hospital });
      const doctors = await em.find(Medico, { id_hospital }, { refresh: true, orderBy: { id_medico: 'asc' } });
      doctors.forEach((doctor) => em.assign(doctor, { id_hospital: null }));
      new AuditTrail(em, actor.id_usuario, now).removed(
        'HOSPITAL',
        id_hospital,
        {
          ...before,
          ...record,
          codigos: codigos.map(recordOf),
          medicos_desvinculados: doctors.map(({ id_medico }) => id_medico),
        },
        {
          meta: {
            codigos: codigos.length,
            suscripciones: record.suscripciones.length,
            pagos: record.pagos.length,
            medicos_desvinculados: doctors.length,
          },
        },
      );
      codigos.forEach((code) => em.remove(code));
      await em.flush();
      em.remove(hospital);
    });
  }
}
