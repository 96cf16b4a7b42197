/** Lines of one task that go to the job's log. */
const MAX_LINES = 40;
const MAX_LENGTH = 200;

/** ` 45%|####5     | 9/20 [00:03<00:04]` */
const BAR = /(\d{1,3})%\|/;
/** Tasks of several models tell which one runs. */
const PART = /part (\d+) of (\d+)/i;
/** A small model that finds the region goes first. */
const ROUGH = /rough/i;
const ROUGH_SHARE = 0.1;
/** Parts of a Python traceback: for nobody who reads the job's log. */
const TRACE = /^\s|^Traceback /;
/** What a task says that is silent until it saves is not known: its last bar stands for this much. */
const BARS_SHARE = 0.95;

/** Absolute paths, also of Windows and of the home folder, but not the path of a web address. */
const PATHS = /(?<![\w:/.])(?:~|[A-Za-z]:\\|\/)[^\s"'`:,;<>|]*/g;

/** Takes out what a log must not hold: paths and the licence. */
export function deidentify(line: string, secret: string | undefined): string {
  const open = secret === undefined ? line : line.replaceAll(secret, '«licencia»');
  return open
    .replaceAll(PATHS, '«ruta»')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
}

/**
 * What one task prints: its lines for the log, without progress bars, bounded; and how far it is.
 * A task draws several bars one after the other and does not say how many; where it tells the number of its parts,
 * each part counts the same, and otherwise each further bar is half of what is left.
 */
export class TaskOutput {
  readonly #log: (line: string) => void;
  readonly #progress: (fraction: number) => void;
  readonly #secret: string | undefined;
  #logged = 0;
  #lastBar = 0;
  #reached = 0;
  /** The span that the present bar fills, 0..1. */
  #span = { from: 0, to: 0.5 };

  constructor(
    sinks: { log: (line: string) => void; progress: (fraction: number) => void },
    secret: string | undefined,
  ) {
    this.#log = sinks.log;
    this.#progress = sinks.progress;
    this.#secret = secret;
  }

  line(text: string): void {
    const bar = BAR.exec(text);
    if (bar !== null) return this.#bar(Math.min(100, Number(bar[1])) / 100);
    if (ROUGH.test(text) && this.#reached === 0) this.#span = { from: 0, to: ROUGH_SHARE };
    const part = PART.exec(text);
    if (part !== null) this.#part(Number(part[1]), Number(part[2]));
    this.#tell(text);
  }

  #bar(fraction: number): void {
    // A new one has begun.
    if (fraction < this.#lastBar) this.#span = { from: this.#span.to, to: (this.#span.to + 1) / 2 };
    this.#lastBar = fraction;
    const { from, to } = this.#span;
    this.#reached = Math.max(this.#reached, from + (to - from) * fraction);
    this.#progress(BARS_SHARE * this.#reached);
  }

  #part(index: number, count: number): void {
    if (!(count >= 1 && index >= 1 && index <= count)) return;
    const start = index === 1 ? this.#reached : this.#span.to;
    this.#span = { from: start, to: start + (1 - start) / (count - index + 1) };
    this.#lastBar = 0;
  }

  #tell(text: string): void {
    if (TRACE.test(text)) return;
    const line = deidentify(text, this.#secret);
    if (line === '') return;
    this.#logged++;
    if (this.#logged <= MAX_LINES) this.#log(`TotalSegmentator: ${line}`);
    else if (this.#logged === MAX_LINES + 1) this.#log('TotalSegmentator: las demás líneas de esta tarea se omiten.');
  }
}
