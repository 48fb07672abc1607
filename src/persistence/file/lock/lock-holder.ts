import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PersistenceError } from '../../../model/errors.js';
import { seesLife } from './live-sign.js';
import { processStart } from './process-start.js';
import { isContainer, isLocal, type Surroundings, surroundings } from './surroundings.js';

/** Who holds a lock file: what stands in it. */
export interface Holder extends Surroundings {
  readonly pid: number;
  /** See `processStart`. */
  readonly started: string;
  /** Tells this holding from any other. */
  readonly token: string;
}

export type Fate = 'lives' | 'dead' | 'unsure';

export function thisProcess(token: string): Holder {
  return { pid: process.pid, started: processStart(process.pid) ?? '', token, ...surroundings() };
}

/** `undefined` when there is no lock. @throws PersistenceError `STORE_LOCKED` when something else wrote it */
export async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const holder = holderIn(text);
  if (holder !== undefined) return holder;
  throw new PersistenceError(
    'STORE_LOCKED',
    `'${path}' is not a lock that this version of flowproof wrote: remove it when no process uses this directory`,
  );
}

function holderIn(text: string): Holder | undefined {
  try {
    const { pid, ...texts } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    const { started, token, host, system, pidNamespace } = texts;
    const all = [started, token, host, system, pidNamespace];
    if (!Number.isSafeInteger(pid) || !all.every((one) => typeof one === 'string')) return undefined;
    return { pid, started, token, host, system, pidNamespace } as Holder;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that holds a lock lives. Its id says so where this process would see it under that id; the sign of
 * one in a container says so in all containers of a machine. A system of which this one knows nothing may be the same machine
 * before it was started anew, or another one: what it held on a disk that only one system at a time can have is over. All
 * else is unsure.
 */
export async function fateOf(holder: Holder, path: string): Promise<Fate> {
  const here = surroundings();
  const directory = dirname(path);
  const sameSystem = holder.system === here.system;
  if (sameSystem && seesIdsOf(holder, here)) {
    const start = processStart(holder.pid);
    if (start === holder.started) return 'lives';
    if (start !== '') return 'dead';
  }
  const lives = isContainer(holder) ? await seesLife(directory, holder.token) : undefined;
  if (lives === true) return 'lives';
  if (sameSystem) return lives === false ? 'dead' : 'unsure';
  // Some containers are given a boot of their own: of those the sign must say it, too.
  return (lives === false || !isContainer(holder)) && (await isLocal(directory)) ? 'dead' : 'unsure';
}

/** On Linux, where there are namespaces, only if it is known which one each is in. */
function seesIdsOf(holder: Surroundings, here: Surroundings): boolean {
  return holder.pidNamespace === here.pidNamespace && (here.pidNamespace !== '' || process.platform !== 'linux');
}

export function locked(path: string, holder: Holder, fate: 'lives' | 'unsure'): PersistenceError {
  return new PersistenceError('STORE_LOCKED', `'${path}' is held by ${whoAndWhatToDo(path, holder, fate)}`);
}

function whoAndWhatToDo(path: string, { pid, host, system, pidNamespace }: Holder, fate: 'lives' | 'unsure'): string {
  const here = surroundings();
  const isHere = system === here.system && seesIdsOf({ host, system, pidNamespace }, here);
  if (isHere && pid === process.pid) return 'this very process: share one file() value in it';
  const who = isHere ? `process ${pid}` : `process ${pid} of '${host}', another container or machine`;
  if (fate === 'lives') return `${who}: stop it, or use another directory`;
  return `${who}, and whether that still runs can't be seen from here: stop it, or remove '${path}' when it is surely gone`;
}
