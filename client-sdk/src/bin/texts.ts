import type { JobProgress } from '../generated/types.ts';

/** Every sentence of the command, in both languages. Errors of the service come from it, in Spanish. */
const EN = {
  // program.ts
  about: 'CT scans become printable 3D models.',
  more: 'Run som3d --help, or som3d COMMAND --help.',
  exitCodes: `
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
  XDG_CONFIG_HOME  folder of som3d/credentials.json, which keeps the session (default ~/.config)
  LC_ALL, LC_MESSAGES, LANG  language, where --lang names none`,
  integer: (min: number, max: number) => `It must be a whole number from ${min} to ${max}.`,
  number: (min: number, max: number) => `It must be a number from ${min} to ${max}.`,
  lang: 'language: es or en',
  showHelp: 'display help for command',
  showVersion: 'output the version number',
  login: 'log in and keep the session for the other commands',
  loginUrl: 'address of the server',
  loginCorreo: 'e-mail address of the account',
  loginStdin: 'read the password from standard input instead of asking',
  loginTotp: 'second factor: a code of the app, or a recovery code',
  logout: 'forget the session',
  whoami: 'print the account of the session',
  upload: 'upload a ZIP of DICOM files and queue its conversion',
  uploadName: 'name of the process, 3 to 80 characters',
  uploadPatient: 'the patient of the scan',
  ortopedia: 'tissue: bones, for orthopaedics',
  appendicular: 'tissue: bones of the limbs',
  cranio: 'tissue: the skull',
  huesoCortical: 'tissue: cortical bone (662 to 1988 HU)',
  teeth: 'tissue: teeth and enamel (from 1500 HU)',
  hipImplant: 'tissue: a metal implant (from 2500 HU)',
  muscles: 'tissue: muscles (-5 to 135 HU)',
  tejidoBlando: 'tissue: soft tissue (-700 to 225 HU)',
  grasa: 'tissue: fat (-205 to -51 HU)',
  piel: 'tissue: the surface of the skin (from -300 HU)',
  extraTasks: 'further tasks by name, separated by commas',
  umbralMin: 'own lower threshold in HU, in place of that of bone',
  umbralMax: 'own upper threshold in HU',
  suavizado: 'iterations of smoothing, 0 to 100 (20 by default)',
  reduccion: 'share of the triangles to save, 0 to 0.95 (0.75 by default)',
  separarPartes: 'each connected part as a file of its own',
  fragmentoMin: 'leave out loose pieces smaller than this, in mm3 (bone: 200, its parts: 50)',
  serie: 'convert this series: its SeriesInstanceUID or its number',
  acomodar: 'a copy of each STL that lies on the plate too: z from 0 mm up, centred in x and y',
  wait: 'wait until the job ends',
  uploadOut: 'wait, then save every model (STL) and the ZIP with everything into this directory',
  uploadAll: 'with --out: save GLB, pictures and 3MF too',
  jobs: 'list the jobs, the newest first',
  jobsStatus: 'only jobs with this status',
  jobsLimit: (max: number) => `how many, 1 to ${max}`,
  jobsJson: 'as JSON, with every field',
  download: 'save every model of a finished job (STL) and the ZIP with everything',
  downloadOut: 'directory; som3d-JOB by default',
  downloadAll: 'save GLB, pictures and 3MF too',
  cancel: 'cancel a queued or running job',
  sample: 'write a made-up CT scan as a ZIP, for a trial of the service',
  sampleForce: 'overwrite the file',
  // account.ts, prompt.ts, session.ts
  correo: 'Correo',
  password: 'Password',
  noCorreo: 'The account is missing: use --correo NAME@EXAMPLE.COM',
  noTerminal: 'There is no terminal for the password: use --password-stdin',
  emptyCredentials: 'Correo and password cannot be empty',
  longPassword: 'Standard input holds more than a password',
  loggedIn: (url: string, correo: string) => `Logged in to ${url} as ${correo}.`,
  sessionKept: (path: string) => `The session is kept in ${path}.`,
  notEnded: (reason: string) => `The service did not end the session: ${reason}`,
  loggedOut: 'Logged out.',
  noSession: 'There was no session.',
  tokenStillSet: 'SOM3D_TOKEN is still set in this environment.',
  at: (account: string, url: string) => `${account} at ${url}`,
  inactive: 'inactive',
  notLoggedIn: (url: string) => `Not logged in to ${url}. Run: som3d login --url ${url}`,
  canceled: 'Canceled.',
  // failure.ts
  requestId: (id: string) => `Request id: ${id}`,
  tokenEnded: 'SOM3D_TOKEN is not valid (any more).',
  sessionEnded: 'The session has ended. Run: som3d login',
  tryAgain: (seconds: number) => `Try again in ${seconds} s.`,
  unreachable: (where: string, code: string) => `The server at ${where} could not be reached${code}.`,
  timedOut: (where: string) => `The server at ${where} stopped answering.`,
  jobCanceled: (id: string) => `Job ${id} was canceled.`,
  isService: (url: string) => `Is ${url} the address of a SOM3D service?`,
  jobFailed: (id: string, reason: string) => `Job ${id} failed: ${reason}`,
  unexpected: (reason: string) => `Unexpected: ${reason}`,
  // files.ts, sample.ts
  noDirectory: (path: string, code: string) => `${path} cannot be used as a directory (${code})`,
  noFile: (path: string) => `There is no file ${path}`,
  unreadable: (path: string, code: string) => `${path} cannot be read (${code})`,
  notAFile: (path: string) => `${path} is not a file`,
  emptyZip: (path: string) => `${path} is a ZIP without files`,
  notAZip: (path: string) => `${path} is not a ZIP file`,
  exists: (path: string) => `${path} exists already; --force overwrites it`,
  madeUp: (path: string) => `Made up: it is nobody's. Try it: som3d upload ${path} --wait`,
  // upload.ts, download.ts, jobs.ts
  uploading: 'uploading',
  downloading: 'downloading',
  phases: {
    queued: 'queued',
    reading: 'reading',
    segmenting: 'segmenting',
    meshing: 'meshing',
    packing: 'packing',
    finished: 'finished',
    error: 'error',
    canceled: 'canceled',
  } as Record<JobProgress['phase'], string>,
  of: (loaded: string, total: string) => `${loaded} of ${total}`,
  canceledUpload: 'Canceled before the upload was complete.',
  heldUpload: 'Interrupted. The same command continues the upload, for a day.',
  goesOn: (id: string) =>
    `The job goes on without this command. Look at it: som3d jobs; ` +
    `fetch its result: som3d download ${id}; stop it: som3d cancel ${id}`,
  job: (id: string) => `Job ${id}`,
  follow: 'Follow it: som3d jobs',
  done: 'The job is done.',
  fetchModels: (id: string) => `Fetch its models: som3d download ${id}`,
  saved: (models: number, directory: string) => `Models: ${models}. They and the ZIP are in ${directory}.`,
  noJobs: 'There are no jobs.',
  columns: ['JOB', 'STATUS', 'PHASE', '%', 'NAME', 'CREATED (UTC)'],
  moreJobs: (shown: number, total: number) => `${shown} of ${total}; more with --limit.`,
  /** What commander itself says, and what takes its place. */
  commander: [] as [RegExp, string][],
};

type Texts = typeof EN;

const ES: Texts = {
  about: 'De una tomografía a modelos 3D para imprimir.',
  more: 'Vea som3d --help, o som3d COMANDO --help.',
  exitCodes: `
Códigos de salida:
  0    listo
  1    el trabajo o el servicio falló
  2    uso incorrecto
  3    sin sesión, o rechazado
  4    no se alcanza el servidor
  130  interrumpido

Variables de entorno:
  SOM3D_URL        dirección del servidor, en lugar de la guardada
  SOM3D_TOKEN      token de acceso, en lugar del guardado
  XDG_CONFIG_HOME  carpeta de som3d/credentials.json, que guarda la sesión (si falta, ~/.config)
  LC_ALL, LC_MESSAGES, LANG  idioma, si --lang no lo dice`,
  integer: (min, max) => `Debe ser un número entero de ${min} a ${max}.`,
  number: (min, max) => `Debe ser un número de ${min} a ${max}.`,
  lang: 'idioma: es o en',
  showHelp: 'muestra esta ayuda',
  showVersion: 'muestra la versión',
  login: 'inicia la sesión y la guarda para los demás comandos',
  loginUrl: 'dirección del servidor',
  loginCorreo: 'correo de la cuenta',
  loginStdin: 'lee la contraseña de la entrada estándar en lugar de pedirla',
  loginTotp: 'segundo factor: un código de la aplicación o de recuperación',
  logout: 'olvida la sesión',
  whoami: 'muestra la cuenta de la sesión',
  upload: 'sube un ZIP de archivos DICOM y pone en cola su conversión',
  uploadName: 'nombre del proceso, de 3 a 80 caracteres',
  uploadPatient: 'el paciente del estudio',
  ortopedia: 'tejido: huesos, para ortopedia',
  appendicular: 'tejido: huesos de las extremidades',
  cranio: 'tejido: el cráneo',
  huesoCortical: 'tejido: hueso cortical (662 a 1988 HU)',
  teeth: 'tejido: dientes y esmalte (desde 1500 HU)',
  hipImplant: 'tejido: un implante de metal (desde 2500 HU)',
  muscles: 'tejido: músculos (-5 a 135 HU)',
  tejidoBlando: 'tejido: tejido blando (-700 a 225 HU)',
  grasa: 'tejido: grasa (-205 a -51 HU)',
  piel: 'tejido: la superficie de la piel (desde -300 HU)',
  extraTasks: 'otras tareas por su nombre, separadas por comas',
  umbralMin: 'umbral inferior propio en HU, en lugar del de hueso',
  umbralMax: 'umbral superior propio en HU',
  suavizado: 'iteraciones de suavizado, 0 a 100 (20 si falta)',
  reduccion: 'parte de los triángulos que se ahorra, 0 a 0.95 (0.75 si falta)',
  separarPartes: 'cada parte conectada como su propio archivo',
  fragmentoMin: 'descarta los fragmentos sueltos más pequeños, en mm3 (hueso: 200; sus partes: 50)',
  serie: 'convierte esta serie: su SeriesInstanceUID o su número',
  acomodar: 'además, una copia de cada STL apoyada en la base: z desde 0 mm, centrada en x e y',
  wait: 'espera hasta que termine el trabajo',
  uploadOut: 'espera, y guarda cada modelo (STL) y el ZIP con todo en esta carpeta',
  uploadAll: 'con --out: guarda también GLB, imágenes y 3MF',
  jobs: 'lista los trabajos, el más reciente primero',
  jobsStatus: 'solo los trabajos en este estado',
  jobsLimit: (max) => `cuántos, de 1 a ${max}`,
  jobsJson: 'como JSON, con todos los campos',
  download: 'guarda cada modelo de un trabajo terminado (STL) y el ZIP con todo',
  downloadOut: 'carpeta; si falta, som3d-TRABAJO',
  downloadAll: 'guarda también GLB, imágenes y 3MF',
  cancel: 'cancela un trabajo en cola o en curso',
  sample: 'escribe una tomografía inventada como ZIP, para probar el servicio',
  sampleForce: 'reemplaza el archivo',
  correo: 'Correo',
  password: 'Contraseña',
  noCorreo: 'Falta la cuenta: use --correo NOMBRE@EXAMPLE.COM',
  noTerminal: 'No hay una terminal para la contraseña: use --password-stdin',
  emptyCredentials: 'El correo y la contraseña no pueden estar vacíos',
  longPassword: 'La entrada estándar trae más que una contraseña',
  loggedIn: (url, correo) => `Sesión iniciada en ${url} como ${correo}.`,
  sessionKept: (path) => `La sesión se guarda en ${path}.`,
  notEnded: (reason) => `El servicio no cerró la sesión: ${reason}`,
  loggedOut: 'Sesión cerrada.',
  noSession: 'No había una sesión.',
  tokenStillSet: 'SOM3D_TOKEN sigue definida en este entorno.',
  at: (account, url) => `${account} en ${url}`,
  inactive: 'inactivo',
  notLoggedIn: (url) => `No hay sesión en ${url}. Ejecute: som3d login --url ${url}`,
  canceled: 'Cancelado.',
  requestId: (id) => `Id de la solicitud: ${id}`,
  tokenEnded: 'SOM3D_TOKEN no vale, o ya no.',
  sessionEnded: 'La sesión venció. Ejecute: som3d login',
  tryAgain: (seconds) => `Intente otra vez en ${seconds} s.`,
  unreachable: (where, code) => `No se alcanza el servidor en ${where}${code}.`,
  timedOut: (where) => `El servidor en ${where} dejó de responder.`,
  jobCanceled: (id) => `El trabajo ${id} se canceló.`,
  isService: (url) => `¿Es ${url} la dirección de un servicio SOM3D?`,
  jobFailed: (id, reason) => `El trabajo ${id} falló: ${reason}`,
  unexpected: (reason) => `Inesperado: ${reason}`,
  noDirectory: (path, code) => `${path} no sirve como carpeta (${code})`,
  noFile: (path) => `No existe el archivo ${path}`,
  unreadable: (path, code) => `No se puede leer ${path} (${code})`,
  notAFile: (path) => `${path} no es un archivo`,
  emptyZip: (path) => `${path} es un ZIP sin archivos`,
  notAZip: (path) => `${path} no es un archivo ZIP`,
  exists: (path) => `${path} ya existe; --force lo reemplaza`,
  madeUp: (path) => `Es inventada: no es de nadie. Pruébela: som3d upload ${path} --wait`,
  uploading: 'subiendo',
  downloading: 'bajando',
  phases: {
    queued: 'en cola',
    reading: 'leyendo',
    segmenting: 'segmentando',
    meshing: 'mallando',
    packing: 'empacando',
    finished: 'terminado',
    error: 'error',
    canceled: 'cancelado',
  },
  of: (loaded, total) => `${loaded} de ${total}`,
  canceledUpload: 'Cancelado antes de completar la subida.',
  heldUpload: 'La subida se interrumpió. El mismo comando la continúa, durante un día.',
  goesOn: (id) =>
    `El trabajo sigue sin este comando. Para verlo: som3d jobs; ` +
    `para traer su resultado: som3d download ${id}; para detenerlo: som3d cancel ${id}`,
  job: (id) => `Trabajo ${id}`,
  follow: 'Sígalo con: som3d jobs',
  done: 'El trabajo terminó.',
  fetchModels: (id) => `Traiga sus modelos: som3d download ${id}`,
  saved: (models, directory) => `Modelos: ${models}. Están, con el ZIP, en ${directory}.`,
  noJobs: 'No hay trabajos.',
  columns: ['TRABAJO', 'ESTADO', 'FASE', '%', 'NOMBRE', 'CREADO (UTC)'],
  moreJobs: (shown, total) => `${shown} de ${total}; más con --limit.`,
  commander: [
    [/^Usage:/, 'Uso:'],
    [/^Options:/, 'Opciones:'],
    [/^Commands:/, 'Comandos:'],
    [/^Arguments:/, 'Argumentos:'],
    [/unknown option '(.*)'/, "la opción '$1' no existe"],
    [/unknown command '(.*)'/, "el comando '$1' no existe"],
    [/missing required argument '(.*)'/, "falta el argumento '$1'"],
    [/option '(.*)' argument missing/, "a la opción '$1' le falta su valor"],
    [/option '(.*)' argument '(.*)' is invalid\./, "el valor '$2' de la opción '$1' no es válido."],
    [
      /too many arguments(?: for '(.*)')?\. Expected (\d+) arguments? but got (\d+)/,
      'sobran argumentos: van $2, no $3',
    ],
    [/\(choices: (.*)\)/, '(admite: $1)'],
    [/\(default: (.*)\)/, '(si falta: $1)'],
    [/Allowed choices are (.*)\./, 'Se admite: $1.'],
    [/\(Did you mean one of (.*)\?\)/, '(¿Quiso decir uno de estos: $1?)'],
    [/\(Did you mean (.*)\?\)/, '(¿Quiso decir $1?)'],
  ],
};

export const LANGUAGES = ['es', 'en'] as const;

/** `--lang`, else the locale of the environment; English where it is neither Spanish nor English. */
function languageOf(args: readonly string[], env: NodeJS.ProcessEnv): (typeof LANGUAGES)[number] {
  const at = args.indexOf('--lang');
  const given = at === -1 ? args.find((arg) => arg.startsWith('--lang='))?.slice('--lang='.length) : args[at + 1];
  const { locale } = new Intl.DateTimeFormat().resolvedOptions();
  const wanted = given || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || locale;
  return wanted.toLowerCase().startsWith('es') ? 'es' : 'en';
}

/** The sentences in the language of this run. */
export const say: Texts = { en: EN, es: ES }[languageOf(process.argv.slice(2), process.env)];

/** A text of commander in the language of this run. */
export function translated(text: string): string {
  return say.commander.reduce((done, [pattern, words]) => done.replace(pattern, words), text);
}
