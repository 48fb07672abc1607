import type { CompiledFlow } from '../../compilation/index.js';
import {
  type AtomStatus,
  anySecrets,
  atomsOf,
  failuresOf,
  foldRun,
  pendingReverts,
  shownBeside,
  shownFailure,
  shownResult,
  stateOf,
  storedSecrets,
  turnOf,
} from '../../engine/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Failure, FailureReport } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { MASKED } from '../../model/masking.js';
import type { Secrets } from '../../model/secrets.js';
import type { AtomKind, AtomState, Intention, RunState } from '../../model/states.js';
import type { LoadedRun, Metadata, RunSummary, Shape, WaitingCall } from '../../persistence/index.js';
import type { FlowOfRun } from '../registry/flow-finder.js';
import { viewedResults } from './viewed-results.js';
import { type Waiting, waitingForSlots, waitingIn, waitingOf } from './waiting.js';

/** A run as lists show it. */
export interface RunInfo {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly state: RunState;
  /** With CANCELLED: something that it has done, or may have, stays done. `cancel(id)` undoes it yet. */
  readonly partial?: true;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  /** The process that has the run, and whether it is alive; a replica can't tell (`postgres(url, { readOnly: true })`). */
  readonly owner?: { readonly id: string; readonly alive?: boolean };
  /** Nothing happens in the run for long, and no process has it since and until then (milliseconds since 1970), or until a message comes. */
  readonly asleep?: { readonly sinceMs?: number; readonly untilMs?: number };
  /** Of runs that were left to whoever is free the highest is begun first. Absent: 0. */
  readonly priority?: number;
  /**
   * It was left to whoever is free, since then, and has not begun: it may be begun from `dueAtMs` on (milliseconds since 1970). Without that, too many
   * processes died with it, and it is left alone until it is requeued.
   */
  readonly posted?: { readonly sinceMs?: number; readonly dueAtMs?: number };
}

/** How a run is looked at. */
export interface InspectOptions {
  /** `plain` shows secrets, and what was said by those that know them. Default: `masked`. */
  readonly secrets?: 'masked' | 'plain';
}

/** A run with what its journal says of it; `'[secret]'` in the place of secrets. */
export interface RunView extends RunInfo {
  /** When it began to run; in milliseconds since 1970, by the clocks of the processes that drove it. */
  readonly startedAtMs?: number;
  /** When it ended. */
  readonly endedAtMs?: number;
  /** When it has to be done (`deadlineMs`), in milliseconds since 1970. */
  readonly deadlineAtMs?: number;
  /** What the factory of its flow was called with. */
  readonly args?: unknown;
  /** Decoded; by name. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What it gave, when it ended in SUCCESS and the app has the version of the flow that it ran. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Why it was cancelled, as `cancel` was told. */
  readonly reason?: string;
  /** What failed, and was not overcome by a retry, in its order. */
  readonly failures: readonly FailureReport[];
  /** Paths of the tasks that are to be undone and are not, the one that is next first. */
  readonly pendingReverts: readonly string[];
  /** What it waits for, the first in definition order, when it has not ended and no task is under way. */
  readonly waiting?: Waiting & { readonly path: string };
  /** In definition order. */
  readonly atoms: readonly AtomView[];
}

/** A task, wait or retry of a run. */
export interface AtomView {
  readonly kind: AtomKind;
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  readonly state: AtomState;
  /** What the engine means to do with it. */
  readonly intention: Intention;
  /** Pieces of work so far: each begins when the atom leaves PENDING. */
  readonly round: number;
  /** Which try of the round it is at, from 1; a task has several by its own `retry`. */
  readonly turn: number;
  /** Calls of execute so far, crashed ones included. */
  readonly executions: number;
  /** Calls of revert so far. */
  readonly reversions: number;
  /** Of the present phase, from 0 to 1. */
  readonly progress: number;
  /** The details that the task gave with its progress last. */
  readonly progressDetails?: unknown;
  /** What execute gave, while it stands. */
  readonly result?: unknown;
  readonly failure?: Failure;
  /** The failure of an earlier attempt, which a retry has undone, or after which the task is called again. */
  readonly overcome?: Failure;
  readonly revertResult?: unknown;
  readonly revertFailure?: Failure;
  /** When execute was called first in this round, and when it ended; in milliseconds since 1970. */
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  /** The same of revert. */
  readonly revertStartedAtMs?: number;
  readonly revertEndedAtMs?: number;
  /** When it goes on by itself, in milliseconds since 1970. */
  readonly wakeAtMs?: number;
  /** While it is WAITING, pauses before its next attempt, or is ready and waits for a slot of the limits of its task. */
  readonly waiting?: Waiting;
  /** The executor that its task names in this app's flow. It is not kept with the run: a resume calls it where the flow says then. */
  readonly runsOn?: string;
}

/** Which runs to list. */
export interface RunsQuery {
  readonly flow?: string;
  readonly states?: readonly RunState[];
  readonly logbook?: string;
  /** Only runs that have all of these. */
  readonly metadata?: Metadata;
  /** Only runs that no living process has; not on a replica. */
  readonly ownerless?: boolean;
  /** The `next` of the page before. */
  readonly before?: string;
  /** From 1 to 10,000. Default: 100. */
  readonly limit?: number;
}

/** Which runs to remove. */
export interface PruneQuery {
  /** Only runs that ended longer ago than this. */
  readonly olderThanMs: number;
  /** Default: SUCCESS, REVERTED and CANCELLED. */
  readonly states?: readonly RunState[];
  readonly flow?: string;
  readonly logbook?: string;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Called after each batch with how many runs it removed. */
  readonly onBatch?: (removed: number) => void;
}

/** A page of runs, newest first. */
export interface RunsPage {
  readonly runs: readonly RunInfo[];
  /** Pass as `before` for the next page; absent on the last one. */
  readonly next?: string;
}

export function runInfo(run: RunSummary): RunInfo {
  const { key, flow, version, state, partial, createdAtMs, logbook, metadata, owner, wakeAtMs, waitsSinceMs, priority } = run;
  const since = waitsSinceMs === undefined ? {} : { sinceMs: waitsSinceMs };
  const isPosted = state === 'PENDING' && owner === undefined && wakeAtMs !== undefined;
  return {
    ...{ id: key, flow, version, state, ...(partial === undefined ? {} : { partial }), createdAtMs },
    ...(logbook === undefined ? {} : { logbook }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(owner === undefined ? {} : { owner }),
    ...(priority === undefined ? {} : { priority }),
    ...(isPosted ? { posted: { ...since, ...(wakeAtMs === 'never' ? {} : { dueAtMs: wakeAtMs }) } } : {}),
    ...(state !== 'RUNNING' || wakeAtMs === undefined
      ? {}
      : { asleep: { ...since, ...(wakeAtMs === 'never' ? {} : { untilMs: wakeAtMs }) } }),
  };
}

/** How values become what is seen. */
interface Looking {
  readonly codec: Codec;
  /** By the flow that the run has, and by today's: what has become secret since is hidden, too. Absent: nothing is. */
  readonly secrets: Secrets | undefined;
  /** Only by the flow that it has: what these atoms reported was masked before it was stored. */
  readonly masked: Secrets | undefined;
}

/**
 * Reads a run from its journal alone: today's code of the flow is not needed.
 *
 * @param calls those of the run that wait for slots
 * @param find gives today's flow, if there is one: what it calls secret is hidden, too, and it knows which values are results
 */
export async function runView(
  loaded: LoadedRun,
  codec: Codec,
  find?: (run: FlowOfRun) => CompiledFlow | undefined,
  { secrets: show = 'masked', calls = [] }: InspectOptions & { readonly calls?: readonly WaitingCall[] } = {},
): Promise<RunView> {
  const status = await foldRun(loaded);
  const flow = find?.(status.creation);
  const table = atomsOf(status, loaded.shape);
  const { partial: _, ...summary } = loaded.summary;
  const masked = show === 'plain' ? undefined : storedSecrets(status.manifest, table);
  const secrets = show === 'plain' ? undefined : anySecrets(masked, storedSecrets(flow?.manifest, table));
  const shown = (name: string, json: Json): unknown => (secrets?.inputs.has(name) === true ? MASKED : codec.decode(json));
  const inputs = Object.entries(status.creation.inputs).map(([name, json]) => [name, shown(name, json)] as const);
  const looking = { codec, secrets, masked };
  const runsOn = executorsIn(flow);
  const slots = waitingForSlots(calls);
  const atoms = status.atoms.map((atom, index) => ({
    ...atomView(atom, index, table[index] ?? [`#${index}`, 'task'], looking),
    ...slots(atom, index),
    ...runsOn.get(table[index]?.[0]),
  }));
  const known = { atoms: table.map(([path, kind]) => ({ path, kind })), secrets, isPlain: show === 'plain' };
  const results = flow?.fingerprint === status.fingerprint ? viewedResults(flow, status, codec, secrets) : undefined;
  return {
    ...{ ...runInfo({ ...summary, ...stateOf(known, status) }), ...timesOf(status, ['startedAtMs', 'endedAtMs', 'deadlineAtMs']) },
    ...(status.reason === undefined ? {} : { reason: status.reason }),
    ...(status.creation.args === undefined ? {} : { args: codec.decode(status.creation.args) }),
    ...{ inputs: Object.fromEntries(inputs), atoms },
    ...(results === undefined ? {} : { results }),
    ...{ failures: failuresOf(known, status), pendingReverts: pendingReverts(known, status) },
    ...waitingIn(status.state, atoms),
  };
}

/** By the paths of the tasks that name one. */
function executorsIn(flow: CompiledFlow | undefined): ReadonlyMap<string | undefined, Pick<AtomView, 'runsOn'>> {
  const named = flow?.atoms.flatMap((atom) =>
    atom.kind === 'task' && atom.runsOn !== undefined ? [[atom.path, { runsOn: atom.runsOn }] as const] : [],
  );
  return new Map(named ?? []);
}

const ATOM_TIMES = ['startedAtMs', 'endedAtMs', 'revertStartedAtMs', 'revertEndedAtMs', 'wakeAtMs'] as const;

/** Those times that are known. */
function timesOf<Name extends string>(of: Readonly<Record<Name, number | undefined>>, names: readonly Name[]): { [N in Name]?: number } {
  const known = names.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]] as const]));
  return Object.fromEntries(known) as { [N in Name]?: number };
}

function atomView(atom: AtomStatus, index: number, [path, kind]: Shape['atoms'][number], { codec, secrets, masked }: Looking): AtomView {
  const { state, intention, round, executions, reversions, progress, failure, overcome, revertFailure } = atom;
  const decoded = (name: string, json: Json | undefined, show: typeof shownResult): object =>
    json === undefined ? {} : { [name]: show(secrets, index, codec.decode(json)) };
  const failed = (name: string, what: Failure | undefined): object =>
    what === undefined ? {} : { [name]: shownFailure(secrets, index, what) };
  // The details of an atom that knew a secret were masked before they were stored.
  const showDetails = (all: Secrets | undefined, of: number, details: unknown) =>
    masked?.secretReaders.has(of) === true ? details : shownBeside(all, of, details);
  return {
    ...{ kind, path, state, intention, round, turn: turnOf(atom), executions, reversions, progress },
    ...decoded('progressDetails', atom.progressDetails, showDetails),
    ...decoded('result', atom.result, shownResult),
    ...failed('failure', failure),
    ...failed('overcome', overcome),
    ...decoded('revertResult', atom.revertResult, shownBeside),
    ...failed('revertFailure', revertFailure),
    ...timesOf(atom, ATOM_TIMES),
    ...waitingOf(atom),
  };
}
