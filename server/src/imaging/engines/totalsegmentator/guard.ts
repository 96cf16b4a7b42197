/**
 * Runs a command and ends it, with all that it has started, when the process that asked for it is gone, however that
 * came about: a process that is killed can not tidy up, but its end of a pipe closes. Leads a process group of its
 * own, so that this group is all there is to end. Arguments: the command and its arguments.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const NOT_STARTED = 127;

function endGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}

process.stdin.on('end', endGroup).on('error', endGroup).resume();

const [command = '', ...args] = process.argv.slice(2);
const tool = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
tool.once('error', () => process.exit(NOT_STARTED));
tool.once('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
