import { isLockError, isOrphanError, isUnavailableError, uniqueViolation } from '../db/errors.ts';
import type { StatementObserver } from '../db/statement-observer.ts';
import type { Telemetry } from './telemetry.ts';

const OPERATION = /^\s*(?:\(\s*)?(select|insert|update|delete|begin|start|commit|rollback|savepoint|release)\b/i;
const TABLE = /\b(?:from|into|update|join)\s+[`"]?([A-Za-z_]\w*)/i;

function kindOf(error: unknown): string {
  if (isLockError(error)) return 'lock';
  if (isUnavailableError(error)) return 'unavailable';
  return uniqueViolation(error) !== undefined || isOrphanError(error) ? 'constraint' : 'other';
}

/** Measures statements, and adds each to the present trace by its operation and table only. */
export function observeStatements({ instruments, tracing }: Telemetry): StatementObserver {
  const { duration, errors } = instruments.database;
  return async (sql, run) => {
    const operation = OPERATION.exec(sql)?.[1]?.toLowerCase() ?? 'other';
    const measured = async () => {
      const stop = duration.startTimer({ operation });
      try {
        return await run();
      } catch (error) {
        errors.inc({ kind: kindOf(error) });
        throw error;
      } finally {
        stop();
      }
    };
    if (!tracing.enabled) return await measured();
    const table = TABLE.exec(sql)?.[1];
    const attributes = { 'db.operation.name': operation, ...(table ? { 'db.collection.name': table } : {}) };
    return await tracing.step(`db ${operation}${table ? ` ${table}` : ''}`, { kind: 'client', attributes }, measured);
  };
}
