import type { Migration, Session } from '../session.ts';
import { ensureTables, quote, type Table } from './tables.ts';

const tables: readonly Table[] = [
  {
    name: 'Paciente',
    columns: {},
    primary: ['id_paciente'],
    unique: { uq_paciente_medico_documento: ['id_medico', 'doc_tipo', 'doc_numero'] },
  },
  {
    name: 'ClinicalAudit',
    columns: {
      seq: 'bigint null',
      mac: 'varchar(64) collate utf8mb4_bin null',
      actor_eliminado: 'int null',
    },
    primary: ['id_audit'],
    unique: { uq_clinicalaudit_seq: ['seq'] },
    indexes: { idx_clinicalaudit_actor_eliminado: ['actor_eliminado'] },
  },
  {
    name: 'audit_chain',
    columns: {
      name: 'varchar(32) collate utf8mb4_bin not null',
      seq: 'bigint not null',
      mac: 'varchar(64) collate utf8mb4_bin not null',
      signature: 'varchar(64) collate utf8mb4_bin null',
      updated_at: 'datetime(3) not null default current_timestamp(3)',
    },
    primary: ['name'],
  },
];

/** The unique keys over a document alone, by whatever name: in the predecessor it is unique for the whole service. */
async function keysOfDocument(session: Session): Promise<string[]> {
  const rows = await session.run<{ name: string }>(`
    select index_name as name from information_schema.statistics
    where table_schema = database() and table_name = 'Paciente' and non_unique = 0
    group by index_name
    having group_concat(lower(column_name) order by seq_in_index) in ('doc_tipo,doc_numero', 'doc_numero,doc_tipo')`);
  return rows.map(({ name }) => name);
}

/** The audit's rows form a chain, and a patient's document is unique for each doctor. */
export const auditChain: Migration = {
  name: '0006-audit-chain',
  apply: async (session, change) => {
    await ensureTables(session, tables, change);
    // The new key is there first: at no moment two patients of one doctor can have the same document.
    for (const name of await keysOfDocument(session)) await change(`alter table Paciente drop index ${quote(name)}`);
  },
};
