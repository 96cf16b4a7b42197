import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { SegmentationOptions } from '../../request.ts';

/**
 * The environment in which the tool runs. Its temporary files go to the job's folder, so that no image of a patient
 * stays behind when it is killed. Its configuration is a file in a folder of this job: that of the server with the usage
 * statistics turned off, which the tool would send otherwise. A licence is given by environment, and, since the tool
 * itself reads it from its configuration only, by that file; never as an argument, which all processes see. Models stay
 * where they are.
 */
export async function toolEnvironment(
  { environment, license }: SegmentationOptions,
  workDir: string,
): Promise<Record<string, string>> {
  const temporary = path.join(workDir, 'tmp');
  const home = path.join(workDir, 'home');
  for (const folder of [temporary, home]) await mkdir(folder, { mode: 0o700 });
  const usual = environment['TOTALSEG_HOME_DIR'] ?? path.join(environment['HOME'] ?? homedir(), '.totalsegmentator');
  const settings = {
    totalseg_id: 'som3d',
    prediction_counter: 0,
    ...(await settingsOf(usual)),
    send_usage_stats: false,
    statistics_disclaimer_shown: true,
    ...(license === undefined ? {} : { license_number: license }),
  };
  await writeFile(path.join(home, 'config.json'), JSON.stringify(settings), { mode: 0o600 });
  return {
    ...environment,
    TMPDIR: temporary,
    PYTHONUNBUFFERED: '1',
    ...(license === undefined ? {} : { TOTALSEG_LICENSE: license }),
    TOTALSEG_HOME_DIR: home,
    TOTALSEG_WEIGHTS_PATH: environment['TOTALSEG_WEIGHTS_PATH'] ?? path.join(usual, 'nnunet', 'results'),
  };
}

/** What the server has configured for the tool, such as a licence that was set by hand; nothing where it has none. */
async function settingsOf(folder: string): Promise<object> {
  try {
    const settings: unknown = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
    return typeof settings === 'object' && settings !== null ? settings : {};
  } catch {
    return {};
  }
}
