/** Writes a line to standard output: what the operator asked for. Logs go to standard error. */
export function say(line: string): void {
  void process.stdout.write(`${line}\n`);
}
