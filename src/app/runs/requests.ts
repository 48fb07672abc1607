import type { Codec } from '../../model/codec/codec.js';
import { RevertNotFailedError, RunNotFailedError } from '../../model/errors.js';
import type { InboxMessage, LoadedRun, RunSummary } from '../../persistence/index.js';
import { runView } from '../views/run-view.js';

export type RequestKind = Exclude<InboxMessage['kind'], 'signal'>;

/** What is asked of a run. */
export interface Request {
  readonly kind: RequestKind;
  /** Of the task whose revert has failed, for `retryRevert` and `skipRevert`. */
  readonly path?: string | undefined;
  /** Why it is to be cancelled. */
  readonly reason?: string | undefined;
}

/** Where runs are found, and written to. */
export interface RequestedRuns {
  find(key: string): Promise<RunSummary>;
  load(run: RunSummary): Promise<LoadedRun>;
  send(run: RunSummary, kind: RequestKind, sent?: { readonly payload?: string }): Promise<InboxMessage>;
}

export interface Requested {
  readonly run: RunSummary;
  /** Durable. */
  readonly message: InboxMessage;
}

/**
 * What is asked of a run, checked against what is stored of it, and written into its inbox. The flow of the run is not needed: who has
 * the run acts on it.
 */
export class Requests {
  readonly #runs: RequestedRuns;
  readonly #codec: Codec;

  constructor({ runs, codec }: { readonly runs: RequestedRuns; readonly codec: Codec }) {
    this.#runs = runs;
    this.#codec = codec;
  }

  /**
   * @param check may refuse the run before anything is written
   * @throws RunNotFoundError, RunEndedError, RunNotFailedError, RevertNotFailedError
   */
  async ask(id: string, { kind, path, reason }: Request, check?: (run: RunSummary) => void): Promise<Requested> {
    const run = await this.#runs.find(id);
    if (kind === 'retryFailed' && run.state !== 'FAILURE') throw new RunNotFailedError(id, run.state);
    if (path !== undefined) await this.#mustHaveFailed(run, path);
    check?.(run);
    const payload = path ?? reason;
    return { run, message: await this.#runs.send(run, kind, payload === undefined ? {} : { payload }) };
  }

  async #mustHaveFailed(run: RunSummary, path: string): Promise<void> {
    const { atoms } = await runView(await this.#runs.load(run), this.#codec);
    const failed = atoms.filter(({ state }) => state === 'REVERT_FAILURE').map((atom) => atom.path);
    if (!failed.includes(path)) throw new RevertNotFailedError(run.key, path, failed);
  }
}
