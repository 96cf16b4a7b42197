/** Progress and remarks for people go to stderr, results to stdout. */
const CONTROL = /\p{Cc}|\p{Cf}/gu;

/** Foreign text without control characters, so that it cannot control the terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** A result, for people and pipes. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A remark. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people, e.g. `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}

/** A time for people, e.g. `7 min 12 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Left-aligned columns, as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

const BAR_WIDTH = 20;

/** The display of a progress from 0 to 100 percent. */
export interface Progress {
  /** @param percent 0 to 100. @param label the present step. @param detail what is left, how fast */
  update(percent: number, label: string, detail?: string): void;
  /** Ends the display; its last line stays. */
  end(): void;
}

function barProgress(): Progress {
  let drawn = '';
  return {
    update(percent, label, detail = '') {
      const filled = Math.round((percent / 100) * BAR_WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      const line = `${label.padEnd(11)} ${bar} ${String(Math.floor(percent)).padStart(3)} % ${detail}`.trimEnd();
      if (line === drawn) return;
      drawn = line;
      process.stderr.write(`\r\u001b[K${line.slice(0, Math.max(20, (process.stderr.columns || 80) - 1))}`);
    },
    end() {
      if (drawn) process.stderr.write('\n');
      drawn = '';
    },
  };
}

/** Prints a line for each new label and each further tenth. */
function lineProgress(): Progress {
  let last = '';
  return {
    update(percent, label, detail = '') {
      const step = `${label} ${Math.floor(percent / 10)}`;
      if (step === last) return;
      last = step;
      note(`${label} ${Math.floor(percent)} % ${detail}`.trimEnd());
    },
    end: () => undefined,
  };
}

const silence: Progress = { update: () => undefined, end: () => undefined };

/**
 * A bar on a terminal, plain lines elsewhere.
 *
 * @param options lines: `false` when the caller prints a line at the end
 */
export function makeProgress({ lines = true } = {}): Progress {
  if (process.stderr.isTTY) return barProgress();
  return lines ? lineProgress() : silence;
}
