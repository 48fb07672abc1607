import type { ClaimedRun } from '../../persistence/index.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import type { ClaimedOpenings } from '../driving/claimed-openings.js';
import type { ConductedEnd, Conducting } from '../driving/conducting.js';
import type { DriverParts } from '../driving/driver.js';
import type { KnownFlows, Recovery } from '../driving/recovery.js';
import type { Sleepers } from '../driving/sleepers.js';
import type { StoredRuns } from '../driving/stored-runs.js';
import type { Taker, Ticker } from '../driving/ticker.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import { OwnPosts, type OwnPostsParts } from './own-posts.js';
import { PostedRuns } from './posted-runs.js';
import { Resetting } from './resetting.js';
import { StorePosts, type StorePostsParts } from './store-posts.js';
import { TakingAll } from './taking-all.js';

/** A claimed run while it is driven. */
export interface DrivenClaim {
  /** Never rejects. */
  readonly end: Promise<ConductedEnd>;
  stop(graceMs: number): void;
}

export interface StoreQueueParts extends Pick<OwnPostsParts, 'maxActive'>, Pick<StorePostsParts, 'outcome'> {
  readonly flows: KnownFlows;
  readonly engineContext: DriverParts;
  readonly active: ActiveRuns;
  readonly stored: StoredRuns;
  readonly ticker: Ticker;
  readonly sleepers: Sleepers;
  readonly recovery: Recovery;
  readonly openings: ClaimedOpenings;
  /** Whether this app takes up what others leave, also without a conductor. */
  readonly recover: boolean;
  conducting(): Conducting;
  /** From now on it does. */
  beginRecovery(): void;
}

/** The store as a board: runs are left in it to whoever is free, and claimed from it. */
export class StoreQueue {
  /** As this app claims them. */
  readonly posted: PostedRuns;
  /** What each tick takes and looks for. */
  readonly taker: Taker;
  readonly #parts: StoreQueueParts;
  readonly #resetting: Resetting;
  readonly #posts: StorePosts;
  readonly #own: OwnPosts;
  /** The flows of each conductor. */
  readonly #conducted = new Map<object, readonly string[]>();

  constructor(parts: StoreQueueParts) {
    const { engineContext, active, recover, sleepers, outcome } = parts;
    this.#parts = parts;
    const posted = new PostedRuns({ ...engineContext, ...parts });
    this.posted = posted;
    this.taker = new TakingAll(parts.recovery, posted);
    this.#resetting = new Resetting({ ...parts, engineContext });
    const own = new OwnPosts({
      ...{ ...engineContext, ...parts, posted },
      conducted: () => new Set([...this.#conducted.values()].flat()),
      drive: (run) => this.drive(run).end,
    });
    this.#own = own;
    this.#posts = new StorePosts({ engineContext, active, posted, starts: own, outcome, ...(recover ? { own, sleepers } : {}) });
  }

  /** Leaves a new run to whoever is free. @throws InvalidInputError, RunConflictError, PersistenceError */
  post(...posted: Parameters<StorePosts['post']>): ReturnType<StorePosts['post']> {
    return this.#parts.active.untilAbandoned(posted[1].key, this.#posts.post(...posted));
  }

  /** See {@link StorePosts.start}. */
  start(...started: Parameters<StorePosts['start']>): ReturnType<StorePosts['start']> {
    return this.#parts.active.untilAbandoned(started[1].key, this.#posts.start(...started));
  }

  /** See {@link StorePosts.fire}. */
  fire(...fired: Parameters<StorePosts['fire']>): ReturnType<StorePosts['fire']> {
    return this.#posts.fire(...fired);
  }

  /** From now on this app begins what was left of this flow, as after a post of it, if it takes up what others leave. */
  beginsOf(flow: string): void {
    if (this.#parts.recover) this.#own.add(flow);
  }

  /** Lets a run that rests begin anew, when an app runs it. @throws RunOwnedError when it is under way */
  reset(flows: FlowFinder, key: string): Promise<void> {
    return this.#resetting.reset(flows, key);
  }

  /** The same, and leaves it to whoever is free, at once. @throws RunOwnedError when it is under way */
  async requeue(flows: FlowFinder, key: string): Promise<void> {
    this.posted.due(await this.#resetting.requeue(flows, key));
  }

  /** Drives a run that was claimed; put it back or settle it then. */
  drive(run: ClaimedRun): DrivenClaim {
    const conducting = this.#parts.conducting();
    return { end: conducting.driveClaimed(this.#parts.flows, run), stop: (ms) => conducting.stop(ms) };
  }

  /** From now on a conductor claims runs of these flows, and this app takes up what others leave. @returns what ends that */
  conduct(flows: readonly string[]): () => void {
    const { recover, recovery, beginRecovery } = this.#parts;
    const conductor = {};
    this.#conducted.set(conductor, flows);
    beginRecovery();
    const end = this.posted.claimFor(conductor, flows);
    return () => {
      end();
      this.#conducted.delete(conductor);
      if (this.#conducted.size === 0 && !recover) recovery.end();
    };
  }
}
