import { JOB_STATUSES, MAX_PAGE } from '../generated/routes.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { login, logout, whoami, type LoginOptions } from './account.ts';
import { download, type DownloadCommandOptions } from './download.ts';
import { cancel, jobs, type JobsOptions } from './jobs.ts';
import { sample } from './sample.ts';
import { upload, type UploadCommandOptions } from './upload.ts';
import { LANGUAGES, say, translated } from './texts.ts';
import { version } from './version.ts';

function integer(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(say.integer(min, max));
    }
    return value;
  };
}

function number(min: number, max: number): (text: string) => number {
  return (text: string): number => {
    const value = Number(text);
    if (!/^-?\d{1,9}(\.\d{1,9})?$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(say.number(min, max));
    }
    return value;
  };
}

function addAccount(program: Command): void {
  program
    .command('login')
    .description(say.login)
    .option('--url <url>', say.loginUrl)
    .option('--correo <correo>', say.loginCorreo)
    .option('--password-stdin', say.loginStdin)
    .option('--totp <code>', say.loginTotp)
    .action((options: LoginOptions) => login(options));
  program.command('logout').description(say.logout).action(logout);
  program.command('whoami').description(say.whoami).action(whoami);
}

function addUpload(program: Command): void {
  program
    .command('upload <scan>')
    .description(say.upload)
    .option('--name <name>', say.uploadName)
    .option('--patient <id>', say.uploadPatient, integer(1, 2_147_483_647))
    .option('--ortopedia', say.ortopedia)
    .option('--appendicular', say.appendicular)
    .option('--cranio', say.cranio)
    .option('--hueso-cortical', say.huesoCortical)
    .option('--teeth', say.teeth)
    .option('--hip-implant', say.hipImplant)
    .option('--muscles', say.muscles)
    .option('--tejido-blando', say.tejidoBlando)
    .option('--grasa', say.grasa)
    .option('--piel', say.piel)
    .option('--extra-tasks <tasks>', say.extraTasks)
    .option('--umbral-min <hu>', say.umbralMin, number(-32_768, 32_767))
    .option('--umbral-max <hu>', say.umbralMax, number(-32_768, 32_767))
    .option('--suavizado <n>', say.suavizado, integer(0, 100))
    .option('--reduccion <share>', say.reduccion, number(0, 0.95))
    .option('--separar-partes', say.separarPartes)
    .option('--fragmento-min <mm3>', say.fragmentoMin, number(0, 1_000_000))
    .option('--serie <uid>', say.serie)
    .option('--acomodar', say.acomodar)
    .option('--wait', say.wait)
    .option('--out <dir>', say.uploadOut)
    .option('--all', say.uploadAll)
    .action((scan: string, options: UploadCommandOptions) => upload(scan, options));
}

function addJobs(program: Command): void {
  program
    .command('jobs')
    .description(say.jobs)
    .addOption(new Option('--status <status>', say.jobsStatus).choices(JOB_STATUSES))
    .option('--limit <n>', say.jobsLimit(MAX_PAGE), integer(1, MAX_PAGE), 20)
    .option('--json', say.jobsJson)
    .action((options: JobsOptions) => jobs(options));
  program
    .command('download <job>')
    .description(say.download)
    .option('--out <dir>', say.downloadOut)
    .option('--all', say.downloadAll)
    .action((job: string, options: DownloadCommandOptions) => download(job, options));
  program
    .command('cancel <job>')
    .description(say.cancel)
    .action((job: string) => cancel(job));
}

function addSample(program: Command): void {
  program
    .command('sample <out>')
    .description(say.sample)
    .option('--force', say.sampleForce)
    .action((out: string, options: { force?: boolean }) => sample(out, options));
}

/** The command line. */
export function makeProgram(): Command {
  const program = new Command('som3d')
    .description(say.about)
    .version(version(), '-V, --version', say.showVersion)
    .showHelpAfterError(say.more)
    .addHelpText('after', say.exitCodes);
  addAccount(program);
  addUpload(program);
  addJobs(program);
  addSample(program);
  for (const command of [program, ...program.commands]) {
    command
      .helpOption('-h, --help', say.showHelp)
      .addOption(new Option('--lang <lang>', say.lang).choices(LANGUAGES))
      .configureHelp({ styleTitle: translated, styleOptionDescription: translated })
      .configureOutput({ outputError: (text, write) => write(translated(text)) });
  }
  program.helpCommand('help [command]', say.showHelp);
  return program;
}

/** Makes the program and every subcommand throw where commander would end the process. */
export function withoutExit(program: Command): Command {
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}
