import type { ResultSetHeader } from 'mysql2/promise';
import {
  addPatients,
  load,
  SECRET,
  startProgram,
  startService,
  type BenchDoctor,
  type BenchService,
} from './service.ts';
import { statementsOf } from './statements.ts';
import { inTurn, ratio, show } from './turns.ts';

const ROUNDS = 5;
const PATIENTS = 50;

/** What the raw server does for one address. */
export interface BaselineRoute {
  /** With their values, in their order. It answers with the rows of the last one. */
  readonly statements: readonly string[];
  readonly checksToken: boolean;
}

interface Case {
  readonly name: string;
  readonly path: string;
  /** The tables that the request reads. */
  readonly tables: readonly string[];
  readonly checksToken: boolean;
  /** The least ratio of the rates, and the largest of the latencies of 99 %. */
  readonly target: { readonly rate: number; readonly p99?: number };
}

/** A plan, the doctor's subscription and a running job: rows that are only read here. */
async function addRows({ database }: BenchService, { id_usuario }: BenchDoctor): Promise<void> {
  const [plan] = await database.query<ResultSetHeader>(
    "insert into Plan (nombre, precio, periodo, duracion_meses) values ('Mensual', 39900, 'MENSUAL', 1)",
  );
  await database.query(
    "insert into Suscripcion (id_medico, id_plan, estado, fecha_expiracion) select id_medico, ?, 'ACTIVA', date_add(now(), interval 20 day) from Medico where id_usuario = ?",
    [plan.insertId, id_usuario],
  );
  await database.query(
    "insert into JobConv (job_id, id_usuario, status, phase, percent) values ('bench', ?, 'DONE', 'done', 100)",
    [id_usuario],
  );
}

async function casesOf({ client }: BenchDoctor): Promise<Case[]> {
  const { body: patients } = await client.patients.list({ query: { limit: 1 } });
  const target = { rate: 0.7 };
  return [
    {
      name: 'patients list',
      path: '/patients',
      tables: ['Usuario', 'Paciente'],
      // The oldest figures are against a baseline without a token.
      checksToken: false,
      target: { rate: 0.75, p99: 1.3 },
    },
    {
      name: 'one patient',
      path: `/patients/${patients[0]?.id_paciente}`,
      tables: ['Usuario', 'Paciente'],
      checksToken: true,
      target,
    },
    {
      name: 'my subscription',
      path: '/subscriptions/mine',
      tables: ['Usuario', 'Suscripcion'],
      checksToken: true,
      target,
    },
    { name: 'plans', path: '/plans', tables: ['Plan'], checksToken: false, target },
    {
      name: 'job progress',
      path: '/som3d/jobs/bench/progress',
      tables: ['Usuario', 'JobConv'],
      checksToken: true,
      target,
    },
  ];
}

/**
 * The requests that are made most, ours against a raw baseline that sends the same statements to the same MySQL, in turn.
 * Prints the medians and their ratios; that of the processor time has no target, but a busy machine disturbs it least.
 *
 * @param seconds of each load
 */
export default async (seconds = '4'): Promise<void> => {
  await using service = await startService();
  const doctor = await service.doctor('bench@som3d.local');
  await addPatients(doctor, PATIENTS);
  await addRows(service, doctor);
  const cases = await casesOf(doctor);
  const routes: [string, BaselineRoute][] = [];
  for (const { path, tables, checksToken } of cases) {
    const ask = () => fetch(service.url + path, { headers: { authorization: `Bearer ${doctor.token}` } });
    routes.push([path, { statements: await statementsOf(service.database, tables, ask), checksToken }]);
  }
  const env = { MYSQL_URL: service.mysqlUrl, JWT_SECRET: SECRET, BENCH_ROUTES: JSON.stringify(routes) };
  await using raw = await startProgram('test/bench/http-baseline.ts', [], env, /^(\d+)$/);
  const loadOurs = (path: string) => load(service.url + path, Number(seconds), doctor.token, service.pids);
  const loadRaw = (path: string) =>
    load(`http://127.0.0.1:${raw.port}${path}`, Number(seconds), doctor.token, [raw.pid]);

  console.log(`${service.version}; ${PATIENTS} patients, ${ROUNDS} rounds of ${seconds} s each`);
  for (const { name, path, target } of cases) {
    const sent = new Map(routes).get(path)?.statements.length;
    const [ours, baseline] = await inTurn(
      ROUNDS,
      () => loadOurs(path),
      () => loadRaw(path),
    );
    console.log(`${name} (${sent} statements): ours ${show(ours)}; raw ${show(baseline)}`);
    const p99 = `p99 ${ratio(ours, baseline, 'p99')}${target.p99 ? ` (target <= ${target.p99})` : ''}`;
    console.log(
      `  ratio ${ratio(ours, baseline, 'rate')} (target >= ${target.rate}), ${p99}, processor ${ratio(ours, baseline, 'cpu')}`,
    );
  }
};
