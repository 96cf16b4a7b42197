import type { Connection, RowDataPacket } from 'mysql2/promise';
import { median } from './figures.ts';
import { statementsOf } from './statements.ts';
import { addPatients, load, startService, type BenchDoctor, type BenchService } from './service.ts';

const DOCTORS = 20_000;
const OWN = 50;
const ROUNDS = 5;
const PATIENT_QUERIES = {
  all: {},
  page: { limit: 20, offset: 20 },
  state: { estado: 'ACTIVO' as const },
  document: { doc_numero: 'B10' },
  words: { q: 'ana gómez' },
};

interface List {
  readonly name: string;
  readonly table: string;
  readonly ask: () => Promise<unknown>;
}

/** What a doctor's screens list. */
function listsOf({ client }: BenchDoctor, id_paciente: number): List[] {
  const { patients, studies, som3d, messages, visor } = client;
  return [
    ...Object.entries(PATIENT_QUERIES).map(([name, query]) => ({
      name: `patients, ${name}`,
      table: 'Paciente',
      ask: () => patients.list({ query }),
    })),
    { name: 'studies', table: 'Estudio', ask: () => studies.list() },
    {
      name: 'studies of a patient',
      table: 'Estudio',
      ask: () => studies.list({ query: { paciente_id: id_paciente } }),
    },
    { name: 'notes', table: 'clinical_note', ask: () => patients.listNotes({ params: { id: id_paciente } }) },
    { name: 'viewer states', table: 'VisorEstado', ask: () => visor.list() },
    { name: 'jobs', table: 'JobConv', ask: () => som3d.list() },
    { name: 'messages', table: 'mensaje', ask: () => messages.list() },
  ];
}

/** Doctors, each with their user, and patients spread over them, made in the database itself. */
async function fillDatabase(database: Connection, rows: number): Promise<void> {
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
    `insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos, ciudad) ${numbers(rows)} select ${first} + i % ${DOCTORS}, 'CC', concat('F', i), elt(1 + i % 4, 'Ana', 'Luz', 'José', 'Iván'), elt(1 + i % 3, 'Gómez', 'Rey', 'Peña'), 'Cali' from n`,
  );
}

/** A row of every other list for each patient. */
async function fillLists(database: Connection): Promise<void> {
  const each = async (columns: string, values: string) =>
    database.query(
      `insert into ${columns} select ${values} from Paciente p join Medico m on m.id_medico = p.id_medico order by p.id_paciente desc limit 200000`,
    );
  await each('Estudio (id_paciente, id_medico, modalidad)', "p.id_paciente, p.id_medico, 'CT'");
  await each('clinical_note (id_paciente, id_medico, texto)', "p.id_paciente, p.id_medico, 'Nota'");
  await each(
    'VisorEstado (id_medico, id_paciente, titulo, ui_json, modelos_json, notas_json, i18n_json)',
    "p.id_medico, p.id_paciente, 'Estado', '{}', '{}', '{}', '{}'",
  );
  await each(
    'mensaje (id_medico, tipo, titulo, descripcion, severidad)',
    "p.id_medico, 'soporte', 'Mensaje', 'Texto', 'media'",
  );
  await each(
    'JobConv (job_id, id_usuario, id_paciente, status)',
    "concat('bench-', p.id_paciente), m.id_usuario, p.id_paciente, 'DONE'",
  );
  await database.query(
    'analyze table Usuario, Medico, Paciente, Estudio, clinical_note, VisorEstado, mensaje, JobConv',
  );
}

/** One line of the plan: how the rows are reached, by which index, and how many the optimiser expects. */
async function planOf(database: Connection, statement: string): Promise<string> {
  const [rows] = await database.query<RowDataPacket[]>(`explain format=traditional ${statement}`);
  return rows.map((row) => `${row['type']} by ${row['key'] ?? 'nothing'}, ${row['rows']} rows`).join('; ');
}

/**
 * The lists among a million patients: the plan of every list of a doctor's, and how fast one doctor with 50 patients gets
 * them, in turn with the same doctor on a database that holds nobody else.
 *
 * @param rows patients of others
 */
export default async (rows = '1000000'): Promise<void> => {
  await using empty = await startService();
  await using full = await startService();
  const started = performance.now();
  await fillDatabase(full.database, Number(rows));
  console.log(
    `${full.version}; ${rows} patients of ${DOCTORS} doctors in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  const doctorOf = async (service: BenchService) => {
    const doctor = await service.doctor('bench@som3d.local');
    await addPatients(doctor, OWN);
    const rate = async (seconds: number) => (await load(`${service.url}/patients`, seconds, doctor.token)).rate;
    await rate(2);
    return { doctor, rate, rates: [] as number[] };
  };
  const [alone, among] = [await doctorOf(empty), await doctorOf(full)];

  await fillLists(full.database);
  const { body: own } = await among.doctor.client.patients.list({ query: { limit: 1 } });
  let scans = 0;
  for (const { name, table, ask } of listsOf(among.doctor, own[0]?.id_paciente ?? 0)) {
    for (const statement of await statementsOf(full.database, [table], ask)) {
      const plan = await planOf(full.database, statement);
      if (plan.includes('ALL by')) scans++;
      console.log(`  ${name.padEnd(20)} ${plan}`);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    alone.rates.push(await alone.rate(3));
    among.rates.push(await among.rate(3));
  }
  const [a, b] = [median(alone.rates), median(among.rates)];
  console.log(`full scans: ${scans}`);
  console.log(
    `one doctor's list: ${a.toFixed(0)}/s alone, ${b.toFixed(0)}/s among ${rows}, ratio ${(a / b).toFixed(2)} of the time (target <= 1.2)`,
  );
  if (scans > 0) process.exitCode = 1;
};
