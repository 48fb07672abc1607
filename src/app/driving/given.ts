import type { CompiledFlow } from '../../compilation/index.js';
import type { NewRun } from '../../engine/index.js';
import { RunConflictError } from '../../model/errors.js';
import type { RunSummary } from '../../persistence/index.js';
import type { PreparedInputs } from '../registry/inputs.js';

/** What a run is given, as it is written. */
export function given({ values, args, hash, limitKey }: PreparedInputs): Pick<NewRun, 'inputs' | 'args' | 'inputsHash' | 'limitKey'> {
  const more = { ...(args === undefined ? {} : { args }), ...(limitKey === undefined ? {} : { limitKey }) };
  return { inputs: values, inputsHash: hash, ...more };
}

/** @throws RunConflictError when the id belongs to another flow or other inputs */
export function refuseOthers(run: RunSummary, flow: CompiledFlow, inputs: PreparedInputs): void {
  if (run.flow !== flow.name || run.inputsHash !== inputs.hash)
    throw new RunConflictError(run.key, flow.name, run.flow, inputs.args === undefined ? 'inputs' : 'inputs or args');
}
