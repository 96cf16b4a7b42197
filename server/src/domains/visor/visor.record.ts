import { createHash } from 'node:crypto';
import type { VisorEstado } from '../../db/entities/visor.entity.ts';
import { recordOf } from '../../db/record.ts';

/** Documents up to this many characters stand in the audit as they are. */
const KEPT_CHARACTERS = 16 * 1024;

/** The columns that hold documents. */
export const DOCUMENTS = ['ui_json', 'modelos_json', 'notas_json', 'i18n_json'] as const;

/** A large document is audited by its length and digest: a viewer saves often, up to 4 MiB each time. */
function audited(document: string): unknown {
  if (document.length <= KEPT_CHARACTERS) return document;
  return { caracteres: document.length, sha256: createHash('sha256').update(document).digest('hex') };
}

/** A viewer state as the audit keeps it. */
export function auditedState(state: VisorEstado): Readonly<Record<string, unknown>> {
  const documents = DOCUMENTS.map((name) => [name, audited(state[name])] as const);
  return { ...recordOf(state), ...Object.fromEntries(documents) };
}
