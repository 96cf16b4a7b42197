import type { Migration } from '../session.ts';

const STATEMENTS = [
  'drop index `uq_paciente_documento`',
  'create unique index `uq_paciente_medico_documento` on `Paciente` (`id_medico`, `doc_tipo`, `doc_numero`)',
  'alter table `ClinicalAudit` add column `seq` bigint null',
  'alter table `ClinicalAudit` add column `mac` text null',
  'alter table `ClinicalAudit` add column `actor_eliminado` integer null',
  'create unique index `uq_clinicalaudit_seq` on `ClinicalAudit` (`seq`)',
  'create index `idx_clinicalaudit_actor_eliminado` on `ClinicalAudit` (`actor_eliminado`)',
  `create table \`audit_chain\` (
    \`name\` text not null primary key,
    \`seq\` bigint not null,
    \`mac\` text not null,
    \`signature\` text null,
    \`updated_at\` datetime not null default (cast(unixepoch('subsec') * 1000 as integer))
  )`,
];

/** The audit's rows form a chain, and a patient's document is unique for each doctor. */
export const auditChain: Migration = {
  name: '0006-audit-chain',
  apply: async (_session, change) => {
    for (const statement of STATEMENTS) await change(statement);
  },
};
