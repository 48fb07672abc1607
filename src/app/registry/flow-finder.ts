import type { CompiledFlow } from '../../compilation/index.js';
import type { RunCreation, RunSummary } from '../../persistence/index.js';

/** What a run says of the flow that it is of. */
export type FlowOfRun = Pick<RunCreation, 'key' | 'flow' | 'args'>;

/** Finds the flow of a stored run: by its name at once, and by what its factory is called with when the run is read. */
export interface FlowFinder {
  /** @throws RunConflictError, IncompatibleFlowError when it is a run of a flow that is not looked for, or not known */
  check(run: Pick<RunSummary, 'key' | 'flow'>): void;
  /** @throws RunConflictError, IncompatibleFlowError also when its factory gives none */
  of(run: FlowOfRun): CompiledFlow;
  /** Whether a factory makes the flows of this name: then their runs have to be read to find it. */
  isMade(name: string): boolean;
}

/** A flow of today's code. */
export interface AppFlow {
  readonly flow: CompiledFlow;
  /** Encoded; what its factory is called with. */
  readonly args?: RunCreation['args'];
}
