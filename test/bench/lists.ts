import type { Connection, RowDataPacket } from 'mysql2/promise';
import { median } from './figures.ts';
import { statementsOf } from './statements.ts';
import { addPatients, load, startService, type BenchService } from './service.ts';

const ROWS = 1_000_000;
const DOCTORS = 20_000;
const OWN = 50;
const ROUNDS = 5;
const QUERIES = {
  all: {},
  page: { limit: 20, offset: 20 },
  state: { estado: 'ACTIVO' as const },
  document: { doc_numero: 'B10' },
  words: { q: 'ana gómez' },
};

/** Doctors, each with their user, and patients spread over them, made in the database itself. */
async function fillDatabase(database: Connection): Promise<void> {
  await database.query('set session cte_max_recursion_depth = 2000000, unique_checks = 0, foreign_key_checks = 0');
  const numbers = (count: number) =>
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})`;
  await database.query(
    `insert into Usuario (nombre, apellido, correo, contrasena, rol) ${numbers(DOCTORS)} select 'Ana', 'Gómez', concat('fill', i, '@som3d.local'), '-', 'MEDICO' from n`,
  );
  await database.query(`insert into Medico (id_usuario) select id_usuario from Usuario where correo like 'fill%'`);
  const [[range]] = await database.query<RowDataPacket[]>('select min(id_medico) as first from Medico');
  const first = Number(range?.['first']);
  await database.query(
    `insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos, ciudad) ${numbers(ROWS)} select ${first} + i % ${DOCTORS}, 'CC', concat('F', i), elt(1 + i % 4, 'Ana', 'Luz', 'José', 'Iván'), elt(1 + i % 3, 'Gómez', 'Rey', 'Peña'), 'Cali' from n`,
  );
  await database.query('analyze table Usuario, Medico, Paciente');
}

/** One line of the plan: how the rows are reached, by which index, and how many the optimiser expects. */
async function planOf(database: Connection, statement: string): Promise<string> {
  const [rows] = await database.query<RowDataPacket[]>(`explain format=traditional ${statement}`);
  return rows.map((row) => `${row['type']} by ${row['key'] ?? 'nothing'}, ${row['rows']} rows`).join('; ');
}

/**
 * The patients list among a million patients: the plan of every filter of a doctor's list, and how fast one doctor with
 * 50 patients is answered, in turn with the same doctor on a database that holds nobody else.
 */
export default async (): Promise<void> => {
  await using empty = await startService();
  await using full = await startService();
  const started = performance.now();
  await fillDatabase(full.database);
  console.log(
    `${full.version}; ${ROWS} patients of ${DOCTORS} doctors in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  const doctorOf = async (service: BenchService) => {
    const doctor = await service.doctor('bench@som3d.local');
    await addPatients(doctor, OWN);
    const rate = async (seconds: number) => (await load(`${service.url}/patients`, seconds, doctor.token)).rate;
    await rate(2);
    return { doctor, rate, rates: [] as number[] };
  };
  const [alone, among] = [await doctorOf(empty), await doctorOf(full)];

  let scans = 0;
  for (const [name, query] of Object.entries(QUERIES)) {
    for (const statement of await statementsOf(full.database, ['Paciente'], () =>
      among.doctor.client.patients.list({ query }),
    )) {
      const plan = await planOf(full.database, statement);
      if (plan.startsWith('ALL')) scans++;
      console.log(`  ${name.padEnd(10)} ${plan}`);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    alone.rates.push(await alone.rate(3));
    among.rates.push(await among.rate(3));
  }
  const [a, b] = [median(alone.rates), median(among.rates)];
  console.log(`full scans: ${scans}`);
  console.log(
    `one doctor's list: ${a.toFixed(0)}/s alone, ${b.toFixed(0)}/s among ${ROWS}, ratio ${(a / b).toFixed(2)} of the time (target <= 1.2)`,
  );
  if (scans > 0) process.exitCode = 1;
};
