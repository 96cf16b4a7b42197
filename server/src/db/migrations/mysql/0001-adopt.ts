import { MigrationConflictError } from '../conflict.ts';
import type { Migration } from '../session.ts';
import { accounts } from './0001-adopt/accounts.ts';
import { clinical } from './0001-adopt/clinical.ts';
import { jobs } from './0001-adopt/jobs.ts';
import { payments } from './0001-adopt/payments.ts';
import { service } from './0001-adopt/service.ts';
import { findConflicts } from './conflicts.ts';
import { findTables } from './inspect.ts';
import { findSettlements } from './settlements.ts';
import { ensureTables } from './tables.ts';

/** Every table of the first schema. */
export const tables = [...accounts, ...payments, ...clinical, ...jobs, ...service];

/**
 * The first schema: all of it on an empty database, the missing parts on the predecessor's. Every step first checks the
 * present schema, so the migration can run again after any interruption.
 */
export const adopt: Migration = {
  name: '0001-adopt',
  apply: async (session, change, report) => {
    const conflicts = await findConflicts(session, tables);
    if (conflicts.length > 0) throw new MigrationConflictError(conflicts);
    for (const settlement of await findSettlements(session, await findTables(session))) {
      for (const statement of settlement.statements) await change(statement);
      report(settlement.report);
    }
    await ensureTables(session, tables, change);
    await change(AGE_OF_OLD_JOBS);
    await change(PHASE_OF_OLD_JOBS);
  },
};

/** A job of the predecessor got the migration's instant as its creation. A creation after the last change is such an instant. */
const AGE_OF_OLD_JOBS = `
  update JobConv set created_at = coalesce(started_at, updated_at), updated_at = updated_at
  where created_at > updated_at + interval 1 second`;

const PHASE_OF_OLD_JOBS = `
  update JobConv set
    phase = case status when 'DONE' then 'finished' when 'ERROR' then 'error' else 'canceled' end,
    percent = if(status = 'DONE', 100, percent),
    updated_at = updated_at
  where phase = 'queued' and status in ('DONE', 'ERROR', 'CANCELED')`;
