import { median } from './figures.ts';
import { addPatients, load, startProgram, startService } from './service.ts';

const ROUNDS = 5;
const SECONDS = 4;
const PATIENTS = 50;

/**
 * The patients list of one doctor, ours against a raw baseline that sends the same two statements to the same MySQL,
 * in turn. Prints requests per second and the ratio of the medians.
 */
export default async (): Promise<void> => {
  await using service = await startService();
  const { token, ...doctor } = await service.doctor('bench@som3d.local');
  await addPatients({ token, ...doctor }, PATIENTS);
  const env = { MYSQL_URL: service.mysqlUrl, BENCH_USER: String(doctor.id_usuario) };
  await using raw = await startProgram('test/bench/http-baseline.ts', [], env, /^(\d+)$/);
  const [ourUrl, rawUrl] = [`${service.url}/patients`, `http://127.0.0.1:${raw.port}/`];
  await load(ourUrl, SECONDS, token);
  await load(rawUrl, SECONDS);
  console.log(`${service.version}; ${PATIENTS} patients, ${ROUNDS} rounds of ${SECONDS} s each`);
  const rates = { ours: [] as number[], raw: [] as number[] };
  for (let round = 1; round <= ROUNDS; round++) {
    const ours = await load(ourUrl, SECONDS, token);
    const baseline = await load(rawUrl, SECONDS);
    rates.ours.push(ours.rate);
    rates.raw.push(baseline.rate);
    console.log(
      `round ${round}: ours ${ours.rate.toFixed(0)}/s (p99 ${ours.p99} ms), raw ${baseline.rate.toFixed(0)}/s (p99 ${baseline.p99} ms), ratio ${(ours.rate / baseline.rate).toFixed(2)}`,
    );
  }
  const [ours, baseline] = [median(rates.ours), median(rates.raw)];
  console.log(`median: ours ${ours.toFixed(0)}/s, raw ${baseline.toFixed(0)}/s, ratio ${(ours / baseline).toFixed(2)}`);
};
