import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

const UNASKED = "estado = 'ABIERTO' and next_attempt_at is null and attempts = 0";

/** The gateway is asked about issued checkouts; an event knows its origin, a refund that is due, and who accepted it. */
export const paymentQuestions: Migration = {
  name: '0005-payment-questions',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'epayco_checkout',
          columns: {
            attempts: 'int not null default 0',
            last_error: 'varchar(255) null',
            next_attempt_at: 'datetime(3) null',
            lease_token: 'varchar(64) collate utf8mb4_bin null',
            lease_expires_at: 'datetime(3) null',
          },
          primary: ['id_checkout'],
          indexes: { idx_epaycocheckout_due: ['estado', 'next_attempt_at'] },
        },
        {
          name: 'epayco_event',
          columns: {
            origen: "enum('CONFIRMACION','CONSULTA') not null default 'CONFIRMACION'",
            last_attempt_at: 'datetime(3) null',
            por_reembolsar: 'tinyint(1) not null default false',
            aceptado_por: 'int null',
          },
          primary: ['id_event'],
        },
      ],
      change,
    );
    // Each checkout of before is asked about at least once: its payment may have been lost.
    const [unasked] = await session.run(`select 1 as found from epayco_checkout where ${UNASKED} limit 1`);
    if (unasked) await change(`update epayco_checkout set next_attempt_at = created_at where ${UNASKED}`);
  },
};
