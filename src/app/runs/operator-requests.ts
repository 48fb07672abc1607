import type { Codec } from '../../model/codec/codec.js';
import type { StartedRun } from '../driving/driver.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import { type Request, type Requested, Requests } from './requests.js';
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
  readonly #flows: FlowFinder;
  readonly #runs: Runs;
  readonly #requests: Requests;

  constructor({ codec, flows, runs }: OperatorRequestsParts) {
    this.#flows = flows;
    this.#runs = runs;
    this.#requests = new Requests({ codec, runs });
  }

  /** @throws RunNotFoundError, RunEndedError */
  async cancel(id: string, asked: Request): Promise<StartedRun> {
    // Written first: whoever has the flow acts on it, though this app does not.
    return this.#act(await this.#requests.ask(id, asked));
  }

  /** @throws RunNotFoundError, RunNotFailedError, IncompatibleFlowError */
  async retryFailed(id: string): Promise<StartedRun> {
    return this.#act(await this.#requests.ask(id, { kind: 'retryFailed' }, (run) => this.#flows.check(run)));
  }

  /** @throws RunNotFoundError, RevertNotFailedError */
  async settleRevert(id: string, kind: 'retryRevert' | 'skipRevert', path: string): Promise<StartedRun> {
    return this.#act(await this.#requests.ask(id, { kind, path }));
  }

  #act({ run, message }: Requested): StartedRun {
    this.#flows.check(run);
    return this.#runs.adopt(this.#flows, run, message);
  }
}
