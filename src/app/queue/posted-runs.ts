import type { FlowEvent } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';
import type { Ids } from '../../model/ids.js';
import type { FlowLimits } from '../../model/limits/flow-limits.js';
import {
  type ClaimedRun,
  type ClaimRunsParams,
  type ClaimRunsResult,
  ENTRY_FORMAT,
  type Entry,
  formatOf,
  type GiveBackOptions,
  type Journal,
  type RunSummary,
  type Transition,
} from '../../persistence/index.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import type { ClaimedOpenings } from '../driving/claimed-openings.js';
import { InTurn } from '../driving/in-turn.js';
import type { KnownFlows } from '../driving/recovery.js';
import type { Ticker } from '../driving/ticker.js';
import { DueHints } from './due-hints.js';

/** A tick asks about posted runs of so many flows: each is a look into an index. */
const FLOWS_AT_ONCE = 50;

/** A store that says nothing for so long is not asked again at once. */
const SILENT_MS = 1_000;

export interface PostedRunsParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Id of this app's lease. */
  readonly owner: string;
  readonly active: Pick<ActiveRuns, 'get' | 'isOpening' | 'opening'>;
  readonly flows: Pick<KnownFlows, 'limitsOf'>;
  readonly ticker: Pick<Ticker, 'use' | 'hurry'>;
  readonly openings: ClaimedOpenings;
  emit(event: FlowEvent): void;
}

/** Which posted runs a claimer would have. */
export interface Claiming {
  readonly flows: readonly string[];
  readonly limit: number;
  /** How many claims of a run may die before it is left alone. */
  readonly maxLosses: number;
  /** Ids of those that it would have, of flows with limits. Default: any. */
  readonly only?: readonly string[];
}

/**
 * The runs that were left to whoever is free, as this app claims them. Where several processes use the store, it is only asked when a
 * tick, a word of another process, or a post of this app has said that there may be some.
 */
export class PostedRuns {
  readonly #parts: PostedRunsParts;
  readonly #hints: DueHints;
  /** Flows of which there may be some. */
  readonly #news = new Set<string>();
  /** The flows of each who claims. */
  readonly #claimers = new Map<object, readonly string[]>();
  readonly #watchers = new Set<() => void>();
  readonly #turn = new InTurn(FLOWS_AT_ONCE);
  /** Claimed and not let go of: what the store says beyond that was claimed by an answer that was lost. */
  readonly #known = new Set<string>();
  readonly #givingBack = new Set<Promise<void>>();
  #cancelAsking: (() => void) | undefined;
  #claiming: Promise<unknown> = Promise.resolve();
  #isThorough = false;

  constructor(parts: PostedRunsParts) {
    this.#parts = parts;
    this.#hints = new DueHints(parts);
  }

  /** Flows of which the next tick is to say whether there are posted runs. */
  asked(): readonly string[] {
    return this.#turn.some([...new Set([...this.#claimers.values()].flat())]);
  }

  /** Whether there may be some of these flows. */
  mayHave(flows: readonly string[]): boolean {
    return flows.some((flow) => this.#news.has(flow));
  }

  /** There are runs of these flows to be claimed, or may be. */
  heard(flows: readonly string[]): void {
    for (const flow of flows) this.#news.add(flow);
    for (const watcher of [...this.#watchers]) wake(watcher);
  }

  /** A tick gave no answer, or a claim: what it has claimed, if it did, is not known here. */
  missed(): void {
    this.#isThorough = true;
  }

  /** A run of this flow is due from now on: whoever claims it, here or elsewhere, hears of it. */
  due(flow: string): void {
    const isClaimedHere = [...this.#claimers.values()].some((flows) => flows.includes(flow));
    this.#hints.tell(isClaimedHere);
    this.heard([flow]);
  }

  /** The same when a transaction of the user's is committed. */
  dueWith(transaction: unknown): Promise<void> {
    return this.#hints.tellIn(transaction);
  }

  /** From now on runs of these flows are claimed here. @returns what ends that */
  claimFor(claimer: object, flows: readonly string[]): () => void {
    this.#claimers.set(claimer, flows);
    for (const flow of flows) this.#news.add(flow);
    this.listen();
    return () => void this.#claimers.delete(claimer);
  }

  /** From now on this app looks for what other processes say is due: it claims what was posted, and a tick takes what was let go of. */
  listen(): void {
    this.#hints.hear((hint) => {
      if (hint === 'released') this.#parts.ticker.hurry();
      this.heard(this.asked());
    });
  }

  /** A run under way was let go of, so that others take it up. */
  released(): void {
    this.#hints.tellReleased();
  }

  /** This app has stopped and released all that it had: other processes are notified at once. Resolves when that was sent. */
  releasedAll(): Promise<void> {
    return this.#hints.lastly();
  }

  watch(news: () => void): () => void {
    this.#watchers.add(news);
    return () => void this.#watchers.delete(news);
  }

  /** Claims runs, one call after the other. @throws PersistenceError */
  claim(claiming: Claiming): Promise<readonly ClaimedRun[]> {
    const claimed = this.#claiming.then(() => this.#claim(claiming));
    this.#claiming = claimed.catch(() => undefined);
    return claimed;
  }

  /** It is where it belongs. Of a flow with limits another one may begin in its place. */
  settle({ runId, flow }: Pick<RunSummary, 'runId' | 'flow'>): void {
    this.#known.delete(runId);
    if (this.#parts.flows.limitsOf(flow) !== undefined) this.heard([flow]);
  }

  /** Whether this app has claimed it and not settled it, so that it is no business of recovery. */
  isClaimed(runId: string): boolean {
    return this.#known.has(runId);
  }

  /** Lets others have a claimed run, unless an engine has it. Where the store gives no answer, a later claim finds it. */
  async putBack(run: Pick<RunSummary, 'runId' | 'key' | 'flow'>, options: GiveBackOptions): Promise<void> {
    const { active } = this.#parts;
    const isDue = (options.delayMs ?? 0) === 0;
    const give = async (): Promise<void> => {
      if (active.get(run.runId) !== undefined) return;
      await this.#givenBack(this.#give(run.runId, options).then(() => (isDue ? this.#hints.tell(false) : undefined)));
    };
    // What opens it at the moment, such as a reset, need not drive it then.
    if (active.isOpening(run.key)) await active.opening(run.key, give).catch(() => undefined);
    else await give();
    this.settle(run);
    if (isDue) this.#news.add(run.flow);
  }

  async #givenBack(given: Promise<void>): Promise<void> {
    const ended = given.catch(() => this.missed());
    this.#givingBack.add(ended);
    await ended.finally(() => this.#givingBack.delete(ended));
  }

  async #give(runId: string, options: GiveBackOptions): Promise<void> {
    const { journal, owner, openings } = this.#parts;
    const begun = openings.take(runId)?.begun ?? (openings.hasDoubts ? await this.#uncalled(runId) : undefined);
    await (begun === undefined ? journal.giveBack(owner, [runId], options) : this.#withdraw(begun));
  }

  /** The first step of a run that a claim without an answer began, if nothing came of it yet. */
  async #uncalled(runId: string): Promise<Entry | undefined> {
    const { journal, openings } = this.#parts;
    let last: Entry | undefined;
    for await (const page of (await journal.load(runId))?.entries ?? []) last = page.at(-1) ?? last;
    return last !== undefined && openings.takeUncalled(last) ? last : undefined;
  }

  /** What was begun with its claim is under way, for anyone to go on; what it was to call first was not called. */
  async #withdraw(begun: Entry): Promise<void> {
    const { journal, ids, clock, openings } = this.#parts;
    const transitions = begun.transitions.flatMap((fact): Transition[] => (fact[0] === 'RUNNING' ? [['WITHDRAWN', fact[1]]] : []));
    const entry = { ...begun, seq: begun.seq + 1, stepId: ids.stepId(), format: formatOf(transitions), atMs: clock.nowMs(), transitions };
    const [result] = await journal.append([{ entry, durability: 'full', summary: { owner: null } }]);
    if (result?.kind === 'unknown') {
      openings.doubt(begun);
      throw result.cause;
    }
    this.#hints.tellReleased();
  }

  /** For `stop()`: resolves when runs that were given back are stored as free, and other processes have been notified. */
  async settled(): Promise<void> {
    this.#cancelAsking?.();
    await this.#claiming;
    for (const opening of this.#parts.openings.takeAll()) void this.#givenBack(this.#withdraw(opening.begun));
    await Promise.all(this.#givingBack);
    await this.#hints.end();
  }

  async #claim({ flows, limit, maxLosses, only }: Claiming): Promise<readonly ClaimedRun[]> {
    const { journal, ticker, owner } = this.#parts;
    const asked = journal.capabilities.multiProcess && only === undefined ? flows.filter((flow) => this.#news.has(flow)) : flows;
    if ((asked.length === 0 && !this.#isThorough) || limit <= 0) return [];
    const done = await ticker.use();
    try {
      const thorough = this.#isThorough;
      this.#isThorough = true;
      // What is heard from here on may be of a run that this claim does not see yet.
      for (const flow of asked) this.#news.delete(flow);
      const params = { owner, flows: asked, limit, format: ENTRY_FORMAT, maxLosses, thorough };
      const limits = this.#limitsOf(asked);
      const counted = limits === undefined ? {} : { limits, ...(only === undefined ? {} : { only }) };
      const found = await this.#ask({ ...params, ...counted });
      if (found.againMs !== undefined) this.#askAgain(asked, found.againMs);
      this.#isThorough = false;
      if (found.more) for (const flow of asked) this.#news.add(flow);
      if (this.#news.size === 0) this.#hints.claimedAll();
      this.#tellPoisoned(found.poisoned, maxLosses);
      const forgotten = found.owned.filter(({ runId }) => !this.#known.has(runId));
      const claimed = [...found.claimed, ...forgotten];
      for (const { runId } of claimed) this.#known.add(runId);
      return claimed;
    } catch (error) {
      for (const flow of asked) this.#news.add(flow);
      throw error;
    } finally {
      done();
    }
  }

  /** With the first steps of what can be begun at once. Where the answer was lost, it is asked plainly what there is, and what was begun. */
  async #ask(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    const { journal, openings, clock } = this.#parts;
    const opening = params.only === undefined ? openings.forClaim(params.flows) : undefined;
    const sentAtMs = clock.monotonicMs();
    try {
      const unanswered = params.thorough ? { unanswered: openings.unanswered } : {};
      const found = await journal.claim({ ...params, ...unanswered, ...(opening === undefined ? {} : { openings: opening }) });
      if (opening !== undefined) openings.answered(opening, found.claimed, sentAtMs);
      return found;
    } catch (error) {
      const isSilent = clock.monotonicMs() - sentAtMs >= SILENT_MS;
      if (opening === undefined || isSilent || !isFlowproofError(error, 'STORE_UNREACHABLE')) throw error;
      return journal.claim({ ...params, thorough: true, unanswered: openings.unanswered });
    }
  }

  #limitsOf(flows: readonly string[]): Readonly<Record<string, FlowLimits>> | undefined {
    const limits = flows.flatMap((flow) => {
      const own = this.#parts.flows.limitsOf(flow);
      return own === undefined ? [] : [[flow, own] as const];
    });
    return limits.length === 0 ? undefined : Object.fromEntries(limits);
  }

  /** Ticks are too seldom for a rate of some milliseconds. */
  #askAgain(flows: readonly string[], afterMs: number): void {
    this.#cancelAsking?.();
    this.#cancelAsking = this.#parts.clock.after(afterMs, () => this.heard(flows), { keepsAlive: false });
  }

  #tellPoisoned(runs: readonly RunSummary[], takes: number): void {
    const { clock, emit } = this.#parts;
    for (const { key, flow } of runs) emit({ type: 'poison', runId: key, flow, atMs: clock.nowMs(), takes });
  }
}

/** One that throws keeps no other from hearing, and is nothing to whoever has posted. */
function wake(watcher: () => void): void {
  try {
    watcher();
  } catch {
    // It has been called.
  }
}
