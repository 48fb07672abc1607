import type { Codec } from '../../model/codec/codec.js';
import { RevertNotFailedError, RunNotFailedError } from '../../model/errors.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import { runView } from '../views/run-view.js';
import type { StartedRun } from './driver.js';
import type { Runs } from './runs.js';

export interface OperatorRequestsParts {
  readonly codec: Codec;
  readonly flows: FlowFinder;
  readonly runs: Runs;
}

/**
 * What operators ask of a run, whoever drives it: checked against what is stored of it, written into its inbox, and, where no
 * living process has the run, acted on here.
 */
export class OperatorRequests {
  readonly #parts: OperatorRequestsParts;

  constructor(parts: OperatorRequestsParts) {
    this.#parts = parts;
  }

  /** @throws RunNotFoundError, RunEndedError */
  async cancel(id: string): Promise<StartedRun> {
    const { flows, runs } = this.#parts;
    const run = await runs.find(id);
    // Written first: whoever has the flow acts on it, though this app does not.
    const message = await runs.send(run, 'cancel');
    flows.check(run);
    return runs.adopt(flows, run, message);
  }

  /** @throws RunNotFoundError, RunNotFailedError, IncompatibleFlowError */
  async retryFailed(id: string): Promise<StartedRun> {
    const { flows, runs } = this.#parts;
    const run = await runs.find(id);
    if (run.state !== 'FAILURE') throw new RunNotFailedError(id, run.state);
    flows.check(run);
    return runs.adopt(flows, run, await runs.send(run, 'retryFailed'));
  }

  /** @throws RunNotFoundError, RevertNotFailedError */
  async settleRevert(id: string, kind: 'retryRevert' | 'skipRevert', path: string): Promise<StartedRun> {
    const { codec, flows, runs } = this.#parts;
    const run = await runs.find(id);
    const { atoms } = await runView(await runs.load(run), codec);
    const failed = atoms.filter(({ state }) => state === 'REVERT_FAILURE').map((atom) => atom.path);
    if (!failed.includes(path)) throw new RevertNotFailedError(id, path, failed);
    const message = await runs.send(run, kind, path);
    flows.check(run);
    return runs.adopt(flows, run, message);
  }
}
