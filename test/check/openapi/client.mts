/** Logs in, creates a patient, uploads a study and downloads its models with the generated types of TypeScript. */
import { readFile } from 'node:fs/promises';
import createClient from 'openapi-fetch';
import type { paths } from './som3d.ts';

function needed<T>(value: T | undefined, error: unknown): T {
  if (value === undefined) throw new Error(JSON.stringify(error));
  return value;
}

const { API = '', CORREO = '', PASSWORD = '', ZIP = '' } = process.env;
const client = createClient<paths>({ baseUrl: API });

const login = await client.POST('/auth/login', { body: { correo: CORREO, password: PASSWORD } });
const { access_token: token } = needed(login.data, login.error);
client.use({
  onRequest({ request }) {
    request.headers.set('authorization', `Bearer ${token}`);
    return request;
  },
});

const created = await client.POST('/patients', { body: { nombres: 'María', apellidos: 'Gómez Rojas' } });
const patient = needed(created.data, created.error);

const zip = await readFile(ZIP);
const uploaded = await client.POST('/som3d/jobs', {
  body: { id_paciente: patient.id_paciente, file: 'estudio.zip' },
  bodySerializer({ id_paciente }) {
    const form = new FormData();
    form.append('id_paciente', String(id_paciente));
    form.append('file', new File([zip], 'estudio.zip', { type: 'application/zip' }));
    return form;
  },
});
const params = { path: { id: needed(uploaded.data, uploaded.error).job_id } };

let status: string = 'queued';
for (let i = 0; i < 600 && (status === 'queued' || status === 'running'); i += 1) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { data, error } = await client.GET('/som3d/jobs/{id}/progress', { params });
  status = needed(data, error).status;
}
const result = await client.GET('/som3d/jobs/{id}/result/bytes', { params, parseAs: 'arrayBuffer' });
const start = Buffer.from(needed(result.data, result.error)).subarray(0, 2).toString();
if (status !== 'done' || start !== 'PK') throw new Error(`${status}: ${start}`);
