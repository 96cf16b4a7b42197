import { addPatients, load, startService, type BenchService } from './service.ts';
import { inTurn, ratio, show } from './turns.ts';

const ROUNDS = 5;
const PATIENTS = 50;

/**
 * The patients list with two processes that share the port against one process, in turn, each on its own database. MySQL
 * and the client need processors as well, so the processor time of a request counts and not the rate.
 *
 * @param seconds of each load
 */
export default async (seconds = '4'): Promise<void> => {
  await using two = await startService({ SOM3D_API_PROCESSES: '2' });
  await using one = await startService();
  const loadOf = async (service: BenchService) => {
    const doctor = await service.doctor('bench@som3d.local');
    await addPatients(doctor, PATIENTS);
    return () => load(`${service.url}/patients`, Number(seconds), doctor.token, service.pids);
  };
  const [ofTwo, ofOne] = await inTurn(ROUNDS, await loadOf(two), await loadOf(one));
  console.log(`${one.version}; ${PATIENTS} patients, ${ROUNDS} rounds of ${seconds} s each`);
  console.log(`${two.pids.length - 1} processes ${show(ofTwo)}; one ${show(ofOne)}`);
  console.log(`processor time of a request ${ratio(ofTwo, ofOne, 'cpu')} (target <= 1.1)`);
};
