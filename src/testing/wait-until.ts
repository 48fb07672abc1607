import type { App, RunView } from '../app/index.js';
import type { AnyFlow } from '../authoring/index.js';
import type { FlowEvent } from '../engine/index.js';
import { isFlowproofError } from '../model/errors.js';
import { type AtomState, isEnded } from '../model/states.js';
import type { Pace } from './pace.js';

export interface WaitUntilOptions {
  /** Of a task that is done again, after it was undone: in which round, from 1. Default: in any. */
  readonly round?: number;
}

/** What is waited for. */
interface Sought extends WaitUntilOptions {
  readonly id: string;
  readonly path: string;
  readonly state: AtomState;
}

interface Around {
  readonly app: Pick<App<readonly AnyFlow[]>, 'inspect' | 'on'>;
  /** So far; grows. */
  readonly events: readonly FlowEvent[];
  readonly pace: Pick<Pace, 'standstill'>;
}

/** Resolves when an atom is in a state, or was. @throws Error when nothing that happens by itself brings it there */
export async function waitUntil(wanted: Sought, { app, events, pace }: Around): Promise<void> {
  for (;;) {
    const heard = events.length;
    if (events.some((event) => isIt(event, wanted))) return;
    const run = await viewOf(app, wanted.id);
    if (run !== undefined && isThere(run, wanted)) return;
    if (run !== undefined && isEnded(run.state))
      throw new Error(`${unmet(wanted)}: the run has ended ${run.state}, and ${whereabouts(run, wanted)}`);
    if (await standsStill(wanted, app, pace, events, heard)) throw new Error(`${unmet(wanted)}: ${await why(app, wanted)}`);
  }
}

/** Whether everything stands still before the next event that matters here. */
async function standsStill(
  wanted: Sought,
  app: Around['app'],
  pace: Around['pace'],
  events: Around['events'],
  heard: number,
): Promise<boolean> {
  let off = (): void => undefined;
  const comes = new Promise<false>((resolve) => {
    off = app.on((event) => {
      if (isIt(event, wanted) || (event.type === 'run' && event.runId === wanted.id && isEnded(event.state))) resolve(false);
    });
  });
  try {
    // What happened while the run was read is looked at again.
    if (events.length > heard) return false;
    return await Promise.race([comes, pace.standstill().then(() => true)]);
  } finally {
    off();
  }
}

function isIt(event: FlowEvent, { id, path, state, round }: Sought): boolean {
  if (event.type !== 'task' && event.type !== 'retry' && event.type !== 'wait') return false;
  return event.runId === id && event.path === path && event.state === state && (round === undefined || event.round === round);
}

/** @throws Error when the run has nothing at this path */
function isThere(run: RunView, wanted: Sought): boolean {
  const atom = run.atoms.find(({ path }) => path === wanted.path);
  if (atom === undefined)
    throw new Error(`${unmet(wanted)}: the run has ${run.atoms.map(({ path }) => `'${path}'`).join(', ') || 'no tasks'}`);
  return atom.state === wanted.state && (wanted.round === undefined || atom.round === wanted.round);
}

async function viewOf(app: Around['app'], id: string): Promise<RunView | undefined> {
  try {
    return await app.inspect(id);
  } catch (error) {
    if (isFlowproofError(error, 'RUN_NOT_FOUND')) return undefined;
    throw error;
  }
}

async function why(app: Around['app'], wanted: Sought): Promise<string> {
  const run = await viewOf(app, wanted.id);
  if (run === undefined) return 'there is no such run, and nothing is under way: begin it first';
  const { state, waiting } = run;
  if (waiting === undefined) return `the run is ${state}, nothing is under way, and ${whereabouts(run, wanted)}`;
  const what = waiting.for === 'signal' ? `the signal '${waiting.name}': send it first` : 'a later time: app.clock.advance brings it';
  return `'${waiting.path}' waits for ${what}; ${whereabouts(run, wanted)}`;
}

function unmet({ id, path, state, round }: Sought): string {
  return `'${path}' of run '${id}' does not become ${state}${round === undefined ? '' : ` in round ${round}`}`;
}

function whereabouts(run: RunView, { path }: Sought): string {
  const atom = run.atoms.find((one) => one.path === path);
  return atom === undefined ? `'${path}' is not there` : `'${path}' is ${atom.state}${atom.round > 1 ? ` in round ${atom.round}` : ''}`;
}
