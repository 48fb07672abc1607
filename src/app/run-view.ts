import { foldRun } from '../engine/index.js';
import type { Codec } from '../model/codec.js';
import type { Failure } from '../model/failure.js';
import type { AtomState, RunState } from '../model/states.js';
import type { LoadedRun, RunSummary } from '../persistence/index.js';

/** A run as lists show it. */
export interface RunInfo {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
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
  /** Calls of execute so far, crashed ones included. */
  readonly executions: number;
  /** Calls of revert so far. */
  readonly reversions: number;
  readonly failure?: Failure;
  readonly revertFailure?: Failure;
}

/** Which runs to list. */
export interface RunsQuery {
  readonly flow?: string;
  readonly states?: readonly RunState[];
  /** Only runs that nobody alive has. */
  readonly ownerless?: boolean;
  /** The `next` of the page before. */
  readonly before?: string;
  /** Default: 100. */
  readonly limit?: number;
}

/** A page of runs, newest first. */
export interface RunsPage {
  readonly runs: readonly RunInfo[];
  /** Pass as `before` for the next page; absent on the last one. */
  readonly next?: string;
}

export function runInfo({ key, flow, version, state, createdAtMs, owner }: RunSummary): RunInfo {
  return { id: key, flow, version, state, createdAtMs, ...(owner === undefined ? {} : { owner }) };
}

/** Reads a run from its journal alone: today's code of the flow is not needed. */
export async function runView(loaded: LoadedRun, codec: Codec): Promise<RunView> {
  const status = await foldRun(loaded);
  const inputs = Object.entries(status.creation.inputs).map(([name, json]) => [name, codec.decode(json)] as const);
  const atoms = status.atoms.map(({ state, executions, reversions, failure, revertFailure }, index): AtomView => {
    const [path, kind] = loaded.shape.atoms[index] ?? [`#${index}`, 'task'];
    const failures = { ...(failure === undefined ? {} : { failure }), ...(revertFailure === undefined ? {} : { revertFailure }) };
    return { kind, path, state, executions, reversions, ...failures };
  });
  return { ...runInfo(loaded.summary), state: status.state, inputs: Object.fromEntries(inputs), atoms };
}
