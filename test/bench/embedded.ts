import { addDoctor, addPatients, load, startEmbedded, startProgram } from './service.ts';
import { inTurn, ratio, show } from './turns.ts';

const ROUNDS = 5;
const PATIENTS = 50;

/**
 * The patients list on the embedded database, ours against a raw baseline that reads the same file, in turn.
 *
 * @param seconds of each load
 */
export default async (seconds = '4'): Promise<void> => {
  await using service = await startEmbedded();
  const doctor = await addDoctor(service.url, 'bench@som3d.local');
  await addPatients(doctor, PATIENTS);
  const env = { BENCH_FILE: service.file, BENCH_USER: String(doctor.id_usuario) };
  await using raw = await startProgram('test/bench/embedded-baseline.ts', [], env, /^(\d+)$/);
  const [ours, baseline] = await inTurn(
    ROUNDS,
    () => load(`${service.url}/patients`, Number(seconds), doctor.token, service.pids),
    () => load(`http://127.0.0.1:${raw.port}/`, Number(seconds), '', [raw.pid]),
  );
  console.log(`SQLite; ${PATIENTS} patients, ${ROUNDS} rounds of ${seconds} s each`);
  console.log(`ours ${show(ours)}; raw ${show(baseline)}`);
  console.log(`ratio ${ratio(ours, baseline, 'rate')} (target >= 0.65), processor ${ratio(ours, baseline, 'cpu')}`);
};
