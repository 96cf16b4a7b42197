import { mkdtemp, rm } from 'node:fs/promises';
import { openAsBlob } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../config/config.ts';
import { DEMO_DOCTOR } from './seeds.ts';
import { Usuario } from '../db/entities/auth.entity.ts';
import { issueAccessToken } from '../domains/auth/tokens.ts';
import { Paciente } from '../db/entities/patients.entity.ts';
import { Medico } from '../db/entities/doctors.entity.ts';
import { JobConv } from '../db/entities/som3d.entity.ts';
import type { Deps } from '../deps.ts';

const KEY = 'demo-first-case';

export interface FirstCase {
  readonly jobId: string;
  readonly doctor: Usuario;
}

/**
 * Queues the demo doctor's first case once: a phantom series made in code, through the real upload, queue and worker.
 * So a newcomer without a scan sees a finished job. Without the demo doctor it does nothing.
 *
 * @returns the job's id and its owner, or undefined when there is nothing to queue
 */
export async function queueFirstCase(
  { url, deps }: { readonly url: string; readonly deps: Deps },
  config: Config,
): Promise<FirstCase | undefined> {
  if (!config.embedded || !config.SOM3D_DEMO) return undefined;
  const em = deps.orm.em.fork();
  const doctor = await em.findOne(Usuario, { correo: DEMO_DOCTOR });
  if (!doctor || (await em.count(JobConv, { id_usuario: doctor.id_usuario, idempotency_key: KEY }))) return undefined;
  const profile = await em.findOne(Medico, { id_usuario: doctor.id_usuario });
  const patient =
    profile && (await em.findOne(Paciente, { id_medico: profile.id_medico }, { orderBy: { id_paciente: 'asc' } }));
  const [{ createClient, uploadJob }, { writeSampleZip }] = await Promise.all([
    import('@som3d/client'),
    import('@som3d/client/sample'),
  ]);
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-first-case-'));
  try {
    const zip = path.join(folder, 'phantom.zip');
    await writeSampleZip(zip);
    const client = createClient({ baseUrl: url, token: issueAccessToken(deps, doctor) });
    const job = await uploadJob(client, {
      file: await openAsBlob(zip),
      filename: 'phantom.zip',
      fields: { nombre_proceso: 'Caso de muestra', ...(patient ? { id_paciente: patient.id_paciente } : {}) },
      idempotencyKey: KEY,
    });
    return { jobId: job.job_id, doctor };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
