import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { SegmentationOptions } from '../../request.ts';

/**
 * The environment in which the tool runs. Its temporary files go to the job's folder, so that no image of a patient
 * stays behind when it is killed. A licence is given by environment, and, since the tool itself reads it from its
 * configuration file only, by such a file in a folder of this job; never as an argument, which all processes see.
 * That file also turns off the usage statistics it would send. Models stay where they are.
 */
export async function toolEnvironment(
  { environment, license }: SegmentationOptions,
  workDir: string,
): Promise<Record<string, string>> {
  const temporary = path.join(workDir, 'tmp');
  await mkdir(temporary, { mode: 0o700 });
  const base = { ...environment, TMPDIR: temporary, PYTHONUNBUFFERED: '1' };
  if (license === undefined) return base;
  const home = path.join(workDir, 'home');
  await mkdir(home, { mode: 0o700 });
  const settings = {
    totalseg_id: 'som3d',
    send_usage_stats: false,
    prediction_counter: 0,
    statistics_disclaimer_shown: true,
    license_number: license,
  };
  await writeFile(path.join(home, 'config.json'), JSON.stringify(settings), { mode: 0o600 });
  const usual = environment['TOTALSEG_HOME_DIR'] ?? path.join(environment['HOME'] ?? homedir(), '.totalsegmentator');
  return {
    ...base,
    TOTALSEG_LICENSE: license,
    TOTALSEG_HOME_DIR: home,
    TOTALSEG_WEIGHTS_PATH: environment['TOTALSEG_WEIGHTS_PATH'] ?? path.join(usual, 'nnunet', 'results'),
  };
}
