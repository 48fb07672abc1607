import { type AtomStatus, atomsOf, foldRun } from '../engine/index.js';
import type { Codec } from '../model/codec.js';
import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { AtomState, Intention, RunState } from '../model/states.js';
import type { LoadedRun, Metadata, RunSummary, Shape } from '../persistence/index.js';

/** A run as lists show it. */
export interface RunInfo {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  /** The process that has the run, and whether it is alive. */
  readonly owner?: { readonly id: string; readonly alive: boolean };
}

/** A run with what its journal says of it. */
export interface RunView extends RunInfo {
  /** Decoded; by name. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** In definition order. */
  readonly atoms: readonly AtomView[];
}

/** A task or retry of a run. */
export interface AtomView {
  readonly kind: 'task' | 'retry';
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  readonly state: AtomState;
  /** What the engine means to do with it. */
  readonly intention: Intention;
  /** Pieces of work so far: each begins when the atom leaves PENDING. */
  readonly round: number;
  /** Calls of execute so far, crashed ones included. */
  readonly executions: number;
  /** Calls of revert so far. */
  readonly reversions: number;
  /** Of the present phase, from 0 to 1. */
  readonly progress: number;
  /** What the task told with its progress last. */
  readonly progressDetails?: unknown;
  /** What execute gave, while it stands. */
  readonly result?: unknown;
  readonly failure?: Failure;
  /** The failure of an earlier attempt, which a retry has undone. */
  readonly overcome?: Failure;
  readonly revertResult?: unknown;
  readonly revertFailure?: Failure;
  /** When it goes on by itself, in milliseconds since 1970. */
  readonly wakeAtMs?: number;
}

/** Which runs to list. */
export interface RunsQuery {
  readonly flow?: string;
  readonly states?: readonly RunState[];
  readonly logbook?: string;
  /** Only runs that have all of these. */
  readonly metadata?: Metadata;
  /** Only runs that nobody alive has. */
  readonly ownerless?: boolean;
  /** The `next` of the page before. */
  readonly before?: string;
  /** Default: 100. */
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
  /** Told of each batch: how many runs it removed. */
  readonly onBatch?: (removed: number) => void;
}

/** A page of runs, newest first. */
export interface RunsPage {
  readonly runs: readonly RunInfo[];
  /** Pass as `before` for the next page; absent on the last one. */
  readonly next?: string;
}

export function runInfo({ key, flow, version, state, createdAtMs, logbook, metadata, owner }: RunSummary): RunInfo {
  return {
    ...{ id: key, flow, version, state, createdAtMs },
    ...(logbook === undefined ? {} : { logbook }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** Reads a run from its journal alone: today's code of the flow is not needed. */
export async function runView(loaded: LoadedRun, codec: Codec): Promise<RunView> {
  const status = await foldRun(loaded);
  const inputs = Object.entries(status.creation.inputs).map(([name, json]) => [name, codec.decode(json)] as const);
  const table = atomsOf(status, loaded.shape);
  const atoms = status.atoms.map((atom, index) => atomView(atom, table[index] ?? [`#${index}`, 'task'], codec));
  return { ...runInfo(loaded.summary), state: status.state, inputs: Object.fromEntries(inputs), atoms };
}

function atomView(atom: AtomStatus, [path, kind]: Shape['atoms'][number], codec: Codec): AtomView {
  const { state, intention, round, executions, reversions, progress, failure, overcome, revertFailure, wakeAtMs } = atom;
  const decoded = (name: string, json: Json | undefined): object => (json === undefined ? {} : { [name]: codec.decode(json) });
  return {
    ...{ kind, path, state, intention, round, executions, reversions, progress },
    ...decoded('progressDetails', atom.progressDetails),
    ...decoded('result', atom.result),
    ...(failure === undefined ? {} : { failure }),
    ...(overcome === undefined ? {} : { overcome }),
    ...decoded('revertResult', atom.revertResult),
    ...(revertFailure === undefined ? {} : { revertFailure }),
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
}
