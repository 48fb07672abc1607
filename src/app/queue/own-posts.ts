import type { FlowEvent } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { type FlowproofErrorCode, isFlowproofError } from '../../model/errors.js';
import { toFailure } from '../../model/failure.js';
import { maskedFailure } from '../../model/masking.js';
import { type ClaimedRun, MAX_TAKES } from '../../persistence/index.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import type { ConductedEnd } from '../driving/conducting.js';
import type { KnownFlows } from '../driving/recovery.js';
import type { PostedRuns } from './posted-runs.js';
import { WaitingStarts } from './waiting-starts.js';

/** An app claims so many at once of what it has posted itself. */
const CLAIMED_AT_ONCE = 50;
/** What this app can't begin, others may; it looks again after so long. */
const REFUSED_MS = 60_000;

export interface OwnPostsParts {
  readonly clock: Clock;
  readonly posted: PostedRuns;
  readonly flows: KnownFlows;
  readonly active: Pick<ActiveRuns, 'isClosed' | 'size'>;
  /** See {@link RecoveryParts.maxActive}. */
  readonly maxActive: number;
  /** Whether it begins runs of others, too. */
  readonly recover: boolean;
  /** Of the conductors of this app. */
  conducted(): ReadonlySet<string>;
  /** Never rejects. */
  drive(run: ClaimedRun): Promise<ConductedEnd>;
  emit(event: FlowEvent): void;
}

/** Begins the posted runs of flows that this app has posted some of, and that no conductor of it has. */
export class OwnPosts {
  readonly #parts: OwnPostsParts;
  readonly #flows = new Set<string>();
  readonly #starts: WaitingStarts;
  #isBeginning = false;
  /** There may be more than what was asked for meanwhile. */
  #isAskedAgain = false;

  constructor(parts: OwnPostsParts) {
    this.#parts = parts;
    this.#starts = new WaitingStarts(parts.clock, (flow) => parts.posted.heard([flow]));
    parts.posted.watch(() => void this.#begin());
  }

  /** From now on this app begins runs of this flow. */
  add(flow: string): void {
    if (this.#flows.has(flow)) return;
    this.#flows.add(flow);
    this.#parts.posted.claimFor(this, [...this.#flows]);
  }

  /**
   * This app has started a run of a flow with limits, which begins in its turn; where it takes up nothing of others, this one alone.
   *
   * @returns what says that it need not be begun here any more
   */
  started(flow: string, runId: string): () => void {
    if (this.#parts.recover) this.add(flow);
    else this.#starts.add(flow, runId);
    this.#parts.posted.heard([flow]);
    return () => this.#starts.delete(flow, runId);
  }

  /** What there may be, within its room. */
  async #begin(): Promise<void> {
    this.#isAskedAgain = true;
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    try {
      for (let isMore = true; isMore; ) {
        this.#isAskedAgain = false;
        const { active, maxActive, posted, conducted } = this.#parts;
        const limit = active.isClosed ? 0 : Math.min(maxActive - active.size, CLAIMED_AT_ONCE);
        const others = conducted();
        const flows = [...this.#flows].filter((flow) => !others.has(flow));
        const claimed = flows.length === 0 ? [] : await posted.claim({ flows, limit, maxLosses: MAX_TAKES });
        const started = await this.#claimStarted(limit - claimed.length);
        for (const run of [...claimed, ...started]) void this.#beginOne(run);
        isMore = (claimed.length > 0 || this.#isAskedAgain) && posted.mayHave(flows);
      }
    } catch {
      // The store is out of reach: the next tick that gets an answer brings it up again.
    } finally {
      this.#isBeginning = false;
    }
  }

  async #claimStarted(limit: number): Promise<readonly ClaimedRun[]> {
    const claimed: ClaimedRun[] = [];
    for (const flow of limit > 0 ? this.#starts.flows : [])
      claimed.push(...(await this.#parts.posted.claim({ flows: [flow], limit, maxLosses: MAX_TAKES, only: this.#starts.of(flow) })));
    for (const { flow, runId } of claimed) this.#starts.delete(flow, runId);
    return claimed;
  }

  async #beginOne(run: ClaimedRun): Promise<void> {
    const { posted } = this.#parts;
    const end = await this.#parts.drive(run);
    if (end.kind === 'stopped') {
      await posted.putBack(run, {});
    } else if (end.kind !== 'failed') {
      posted.settle(run);
    } else if (PASSING.some((code) => isFlowproofError(end.error, code))) {
      posted.settle(run);
      posted.missed();
    } else {
      this.#sayRefused(run, end.error);
      await posted.putBack(run, { delayMs: REFUSED_MS });
    }
    if (posted.mayHave([...this.#flows])) void this.#begin();
  }

  #sayRefused({ key, flow }: ClaimedRun, error: unknown): void {
    const { clock, flows, emit } = this.#parts;
    const failure = toFailure(error);
    const shown = flows.hasSecrets(flow) ? maskedFailure(failure) : failure;
    emit({ type: 'recovery', runId: key, flow, atMs: clock.nowMs(), outcome: 'refused', failure: shown });
  }
}

/** The store is away: what is ours then is found when it is back. */
const PASSING: readonly FlowproofErrorCode[] = ['STORE_UNREACHABLE', 'STORE_CLOSED'];
