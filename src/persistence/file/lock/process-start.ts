import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { bootId } from './surroundings.js';

/** Place of `starttime` after the command's name in /proc/PID/stat: proc(5) calls it field 22, and the rest begins with field 3. */
const START_FIELD = 22 - 3;

/**
 * When a process began, as a text that no other process with this id ever has; `undefined` when there is no such process, empty
 * when there is one and its start can't be seen.
 * Pids are reused, within minutes on a busy machine: a pid alone doesn't say who made a lock.
 */
export function processStart(pid: number): string | undefined {
  if (!isThere(pid)) return undefined;
  if (process.platform === 'linux') return fromProc(pid);
  if (process.platform === 'win32') return '';
  return fromPs(pid);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function fromProc(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // It may have ended since; else /proc hides it, as it does with other users' processes where it is mounted so.
  if (stat === undefined) return isThere(pid) ? '' : undefined;
  // The command's name stands in parentheses and may contain any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const dead = fields[0] === 'Z' || fields[0] === 'X';
  // The start is counted from boot, so after a reboot another process can have the same pid and start.
  return dead ? undefined : `${bootId()}/${fields[START_FIELD]}`;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).trim();
  } catch {
    return undefined;
  }
}
