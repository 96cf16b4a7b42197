import { PassThrough, Readable } from 'node:stream';
import type { EntityManager } from '@mikro-orm/core';
import yazl from 'yazl';
import { jsonOrText } from '../../db/json-text.ts';
import { kysely } from '../../db/kysely.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { presentJobStl } from '../som3d/som3d.presenter.ts';
import { presentStudy } from '../studies/studies.presenter.ts';
import { presentState } from '../visor/visor.presenter.ts';
import { patientRecords } from './export.queries.ts';
import { presentNote } from './notes.presenter.ts';
import { findPatientFor, readPatientFor } from './patients.policy.ts';
import { presentPatient } from './patients.presenter.ts';

type Records = ReturnType<typeof patientRecords>;
type RowOf<Name extends keyof Records> = ReturnType<Records[Name]> extends AsyncGenerator<infer Row> ? Row : never;

/** A result's ZIP of models, as it is stored. */
interface StoredModels {
  readonly job_id: string;
  readonly key: string;
  readonly size: number;
}

function presentAudit({ before_json, after_json, meta_json, ...row }: RowOf<'audit'>) {
  return {
    id_audit: row.id_audit,
    fecha: row.created_at.toISOString(),
    accion: row.action,
    registro: row.entity_type,
    id_registro: row.entity_id,
    id_usuario: row.actor_id_usuario ?? row.actor_eliminado,
    antes: jsonOrText(before_json),
    despues: jsonOrText(after_json),
    detalle: jsonOrText(meta_json),
  };
}

/** A JSON array, one row for each line, written as its rows come. */
async function* arrayOf<Row>(rows: AsyncIterable<Row>, present: (row: Row) => object) {
  let separator = '[\n';
  for await (const row of rows) {
    yield separator + JSON.stringify(present(row));
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

function readme(id: number, at: Date, { stored, missing }: { stored: number; missing: readonly string[] }): string {
  return [
    `Datos del paciente ${id} en SOM3D, copiados el ${at.toISOString()} (UTC).`,
    '',
    'paciente.json        los datos de identificación y de contacto',
    'notas.json           las notas clínicas',
    'estudios.json        los estudios',
    'resultados.json      los resultados 3D con sus medidas',
    'estados_visor.json   las vistas guardadas de los modelos',
    'auditoria.json       quién creó, cambió, eliminó, consultó o exportó estos datos, y cuándo',
    'modelos/             un ZIP por trabajo con los modelos 3D (STL, GLB, 3MF) y su manifiesto',
    '',
    'Los archivos .json son texto en UTF-8. Las fechas son UTC. Las consultas de listas no están en auditoria.json.',
    'Las tomografías no están: el servicio las borra cuando el trabajo termina.',
    ...(stored === 0 ? ['Este paciente no tiene modelos guardados.'] : []),
    ...(missing.length > 0 ? [`Ya no están guardados los modelos de: ${missing.join(', ')}.`] : []),
    '',
    'Son datos personales de salud (Ley 1581 de 2012). Guárdelos cifrados y bórrelos cuando ya no los necesite.',
    '',
  ].join('\r\n');
}

/** Everything that the service holds about one patient, as a ZIP that is made while it is sent. */
export class PatientExport {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'storage'>;

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'storage'>) {
    this.#deps = deps;
  }

  /** An empty stream for who may have the ZIP. @throws AppError 403, 404 */
  async check(actor: Actor, id: number): Promise<Readable> {
    await readPatientFor(this.#deps.orm, actor, id);
    return Readable.from([]);
  }

  /**
   * The ZIP as a stream. The audit row is committed first: what cannot be written is not given out.
   *
   * @throws AppError 403, 404
   */
  async open(actor: Actor, id: number): Promise<Readable> {
    const { orm, clock } = this.#deps;
    const at = clock();
    const patient = await inTransaction(orm.em, async (em) => {
      const found = presentPatient(await findPatientFor(em, actor, id));
      new AuditTrail(em, actor.id_usuario, at).exported('PACIENTE', id);
      await em.flush();
      return found;
    });
    const em = orm.em.fork();
    const models = await this.#models(em, id);
    const zip = new yazl.ZipFile();
    const out = new PassThrough();
    // Also what a source of an entry has thrown: the answer breaks off, and the caller sees that it is not whole.
    zip.on('error', (error: Error) => out.destroy(error));
    zip.outputStream.pipe(out);
    let open: Readable | undefined;
    // A caller who leaves must not keep the storage's stream, or the query, waiting.
    out.once('close', () => open?.destroy());
    const options = { mtime: at, mode: 0o100644 };
    zip.addBuffer(
      Buffer.from(readme(id, at, { stored: models.stored.length, missing: models.missing })),
      'LEAME.txt',
      options,
    );
    zip.addBuffer(Buffer.from(`${JSON.stringify(patient, null, 2)}\n`), 'paciente.json', options);
    const records = patientRecords(kysely(em), id);
    const files = {
      'notas.json': () => arrayOf(records.notes(), presentNote),
      'estudios.json': () => arrayOf(records.studies(), presentStudy),
      'resultados.json': () =>
        arrayOf(records.results(), (row) => ({ ...presentJobStl(row), medidas: jsonOrText(row.metrics_json) })),
      'estados_visor.json': () => arrayOf(records.states(), presentState),
      'auditoria.json': () => arrayOf(records.audit(), presentAudit),
    };
    for (const [name, rows] of Object.entries(files)) {
      zip.addReadStreamLazy(name, options, (give) => {
        open = Readable.from(rows());
        give(null, open);
      });
    }
    for (const { job_id, key, size } of models.stored) {
      // Compressed already. Opened in its turn: a storage would close what waits.
      zip.addReadStreamLazy(`modelos/${job_id}.zip`, { ...options, size, compress: false }, (give) => {
        const read = async (): Promise<void> => {
          open = await this.#deps.storage.read(key);
          if (out.destroyed) open.destroy();
          else give(null, open);
        };
        read().catch((error: unknown) => out.destroy(error as Error));
      });
    }
    zip.end();
    return out;
  }

  /** The models of the patient's results that are stored, and the jobs whose models are not any more. */
  async #models(em: EntityManager, id: number) {
    const stored: StoredModels[] = [];
    const missing: string[] = [];
    for await (const { job_id, result_key } of patientRecords(kysely(em), id).results()) {
      const object = result_key === null ? null : await this.#deps.storage.stat(result_key);
      if (object) stored.push({ job_id, key: object.key, size: object.size });
      else missing.push(job_id);
    }
    return { stored, missing };
  }
}
