import { JOB_STATUSES, MAX_PAGE } from '../generated/routes.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { login, logout, whoami, type LoginOptions } from './account.ts';
import { download, type DownloadCommandOptions } from './download.ts';
import { cancel, jobs, type JobsOptions } from './jobs.ts';
import { sample } from './sample.ts';
import { upload, type UploadCommandOptions } from './upload.ts';
import { version } from './version.ts';

const EXIT_CODES = `
Exit codes:
  0    done
  1    the job or the service failed
  2    wrong use
  3    not logged in, or refused
  4    the server cannot be reached
  130  interrupted

Environment:
  SOM3D_URL        address of the server, in place of the stored one
  SOM3D_TOKEN      access token, in place of the stored one
  XDG_CONFIG_HOME  folder of som3d/credentials.json, which keeps the session (default ~/.config)`;

function integer(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

function number(min: number, max: number): (text: string) => number {
  return (text: string): number => {
    const value = Number(text);
    if (!/^-?\d{1,9}(\.\d{1,9})?$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return value;
  };
}

function addAccount(program: Command): void {
  program
    .command('login')
    .description('log in and keep the session for the other commands')
    .option('--url <url>', 'address of the server')
    .option('--correo <correo>', 'e-mail address of the account')
    .option('--password-stdin', 'read the password from standard input instead of asking')
    .action((options: LoginOptions) => login(options));
  program.command('logout').description('forget the session').action(logout);
  program.command('whoami').description('print the account of the session').action(whoami);
}

function addUpload(program: Command): void {
  program
    .command('upload <scan>')
    .description('upload a ZIP of DICOM files and queue its conversion')
    .option('--name <name>', 'name of the process, 3 to 80 characters')
    .option('--patient <id>', 'the patient of the scan', integer(1, 2_147_483_647))
    .option('--ortopedia', 'tissue: bones, for orthopaedics')
    .option('--appendicular', 'tissue: bones of the limbs')
    .option('--cranio', 'tissue: the skull')
    .option('--hueso-cortical', 'tissue: cortical bone (662 to 1988 HU)')
    .option('--teeth', 'tissue: teeth and enamel (from 1500 HU)')
    .option('--hip-implant', 'tissue: a metal implant (from 2500 HU)')
    .option('--muscles', 'tissue: muscles (-5 to 135 HU)')
    .option('--tejido-blando', 'tissue: soft tissue (-700 to 225 HU)')
    .option('--grasa', 'tissue: fat (-205 to -51 HU)')
    .option('--piel', 'tissue: the surface of the skin (from -300 HU)')
    .option('--extra-tasks <tasks>', 'further tasks by name, separated by commas')
    .option('--umbral-min <hu>', 'own lower threshold in HU, in place of that of bone', number(-32_768, 32_767))
    .option('--umbral-max <hu>', 'own upper threshold in HU', number(-32_768, 32_767))
    .option('--suavizado <n>', 'iterations of smoothing, 0 to 100 (20 by default)', integer(0, 100))
    .option('--reduccion <share>', 'share of the triangles to save, 0 to 0.95 (0.75 by default)', number(0, 0.95))
    .option('--separar-partes', 'each connected part as a file of its own')
    .option(
      '--fragmento-min <mm3>',
      'leave out loose pieces smaller than this, in mm3 (bone: 200, its parts: 50)',
      number(0, 1_000_000),
    )
    .option('--serie <uid>', 'convert this series: its SeriesInstanceUID or its number')
    .option('--acomodar', 'a copy of each STL that lies on the plate too: z from 0 mm up, centred in x and y')
    .option('--wait', 'wait until the job ends')
    .option('--out <dir>', 'wait, then save every model (STL) and the ZIP with everything into this directory')
    .option('--all', 'with --out: save GLB, pictures and 3MF too')
    .action((scan: string, options: UploadCommandOptions) => upload(scan, options));
}

function addJobs(program: Command): void {
  program
    .command('jobs')
    .description('list the jobs, the newest first')
    .addOption(new Option('--status <status>', 'only jobs with this status').choices(JOB_STATUSES))
    .option('--limit <n>', `how many, 1 to ${MAX_PAGE}`, integer(1, MAX_PAGE), 20)
    .option('--json', 'as JSON, with every field')
    .action((options: JobsOptions) => jobs(options));
  program
    .command('download <job>')
    .description('save every model of a finished job (STL) and the ZIP with everything')
    .option('--out <dir>', 'directory; som3d-JOB by default')
    .option('--all', 'save GLB, pictures and 3MF too')
    .action((job: string, options: DownloadCommandOptions) => download(job, options));
  program
    .command('cancel <job>')
    .description('cancel a queued or running job')
    .action((job: string) => cancel(job));
}

function addSample(program: Command): void {
  program
    .command('sample <out>')
    .description('write a made-up CT scan as a ZIP, for a trial of the service')
    .option('--force', 'overwrite the file')
    .action((out: string, options: { force?: boolean }) => sample(out, options));
}

/** The command line. */
export function makeProgram(): Command {
  const program = new Command('som3d')
    .description('CT scans become printable 3D models.')
    .version(version())
    .showHelpAfterError('Run som3d --help, or som3d COMMAND --help.')
    .addHelpText('after', EXIT_CODES);
  addAccount(program);
  addUpload(program);
  addJobs(program);
  addSample(program);
  return program;
}

/** Makes the program and every subcommand throw where commander would end the process. */
export function withoutExit(program: Command): Command {
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}
