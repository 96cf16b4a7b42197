import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { InterruptedError, UsageError } from './failure.ts';
import { say } from './texts.ts';

const LONGEST_INPUT = 4_096;

function ask(question: string, echo: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    process.stderr.write(question);
    const output = echo ? process.stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input: process.stdin, output, terminal: true });
    let answered = false;
    reader.once('line', (line) => {
      answered = true;
      reader.close();
      resolve(line);
    });
    reader.once('SIGINT', () => reader.close());
    reader.once('close', () => {
      if (!echo || !answered) process.stderr.write('\n');
      if (!answered) reject(new InterruptedError(say.canceled));
    });
  });
}

/** Asks for a line on the terminal. @param fallback the result of an empty answer */
export async function askLine(question: string, fallback = ''): Promise<string> {
  return (await ask(`${question}${fallback ? ` [${fallback}]` : ''}: `, true)).trim() || fallback;
}

/** Asks for a secret without showing the typed characters. */
export function askSecret(question: string): Promise<string> {
  return ask(`${question}: `, false);
}

/** Whether a person is at the terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** The first line of standard input, e.g. from a password manager. */
export async function readStdinLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > LONGEST_INPUT) throw new UsageError(say.longPassword);
    if (text.includes('\n')) break;
  }
  const [line = ''] = text.split('\n');
  return line.replace(/\r$/, '');
}
