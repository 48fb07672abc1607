import type { AbandonOptions, BoardSession, Claim, ClaimEnd, ClaimParams, JobBoard } from '../../boards/index.js';
import type { ClaimedRun } from '../../persistence/index.js';
import { MAX_TAKES } from '../../persistence/index.js';
import type { DrivenClaim, StoreQueue } from './store-queue.js';

/** Where a conductor claims, and what drives the run of a claim. */
export interface JobSource extends Pick<JobBoard, 'name' | 'open' | 'watch'> {
  /** @param flows those of which it claims */
  join(params: { readonly who: string; readonly leaseMs: number; readonly flows: readonly string[] }): Promise<BoardSession>;
  drive(claim: Claim): DrivenClaim;
}

/** A job that could not be begun, for what no time changes, is looked at again after so long. */
const TRASHED_MS = 3_600_000;

/** The posted runs of the store, as conductors claim them: the run is the job, and the fence of its journal proves whose it is. */
export class StoreJobs implements JobSource {
  readonly name = 'store';
  readonly #queue: StoreQueue;
  readonly #runs = new WeakMap<Claim, ClaimedRun>();
  readonly #driven = new WeakSet<Claim>();

  constructor(queue: StoreQueue) {
    this.#queue = queue;
  }

  /** The app has opened it. */
  async open(): Promise<void> {}

  watch(news: () => void): () => void {
    return this.#queue.posted.watch(news);
  }

  async join({ flows }: { readonly flows: readonly string[] }): Promise<BoardSession> {
    const { posted } = this.#queue;
    const leave = this.#queue.conduct(flows);
    const left = new AbortController();
    /** Given to the conductor; those that it drives are its own. */
    let given: Claim[] = [];
    const putBack = async (claim: Claim, options: AbandonOptions): Promise<ClaimEnd> => {
      const run = this.#runs.get(claim);
      if (run !== undefined) await posted.putBack(run, options);
      return 'done';
    };
    const putAllBack = async (): Promise<void> => {
      const waiting = given.filter((claim) => !this.#driven.has(claim));
      given = [];
      await Promise.all(waiting.map((claim) => putBack(claim, {})));
    };
    return {
      lost: left.signal,
      claim: async (params) => {
        const claims = (await posted.claim(claimingOf(params))).map((run) => this.#claimOf(run));
        given = [...given.filter((claim) => !this.#driven.has(claim)), ...claims];
        if (left.signal.aborted) await putAllBack();
        return left.signal.aborted ? [] : claims;
      },
      consume: async (claim) => {
        const run = this.#runs.get(claim);
        if (run !== undefined) posted.settle(run);
        return 'done';
      },
      abandon: (claim, { delayMs = 0, counted = false } = {}) => putBack(claim, { delayMs, counted }),
      trash: (claim) => putBack(claim, { delayMs: TRASHED_MS, counted: true }),
      leave: async () => {
        leave();
        left.abort();
        await putAllBack();
      },
    };
  }

  drive(claim: Claim): DrivenClaim {
    const run = this.#runs.get(claim);
    if (run === undefined) throw new TypeError('this claim is of another board');
    this.#driven.add(claim);
    return this.#queue.drive(run);
  }

  #claimOf(run: ClaimedRun): Claim {
    const { key, flow, version, priority = 0, createdAtMs, losses } = run;
    const claim: Claim = {
      job: { id: key, flow, version, inputs: {}, priority, postedAtMs: createdAtMs },
      ...{ token: run.runId, attempt: losses + 1, losses },
    };
    this.#runs.set(claim, run);
    return claim;
  }
}

function claimingOf({ flows, limit, maxLosses = MAX_TAKES }: ClaimParams) {
  return { flows, limit, maxLosses };
}

/** A board outside of the store. */
export function jobsOf(board: JobBoard, drive: (claim: Claim) => DrivenClaim): JobSource {
  return { name: board.name, open: () => board.open(), watch: (news) => board.watch(news), join: (params) => board.join(params), drive };
}
