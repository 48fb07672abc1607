import type { ConductedApp, ConductedEnd, DrivenOrder, JobSource } from '../app/index.js';
import type { BoardSession, Claim, ClaimEnd } from '../boards/index.js';
import type { BoardEvent } from '../engine/index.js';
import { Pause } from '../model/clock.js';
import { isFlowproofError } from '../model/errors.js';
import { messageOf } from '../model/in-words.js';
import { MASKED } from '../model/masking.js';
import { Backoff } from './backoff.js';
import type { ConductedJob, ConductorCounts } from './conductor-state.js';
import { Delays } from './delays.js';
import { type ClaimOutcome, type Settlement, settlementOf } from './outcome.js';

export interface ClaimsParts {
  readonly app: ConductedApp;
  readonly source: JobSource;
  /** A claim has ended: there is room for another one. */
  onRoom(): void;
  /** The store of the app gave no answer, or refuses: what is claimed now would only be given back. */
  onStoreAway(error: unknown): void;
  /** It answers. */
  onStore(): void;
  /** The app has been stopped by others. */
  onAppStopped(): void;
}

interface Work {
  readonly claim: Claim;
  readonly session: BoardSession;
  readonly order: DrivenOrder;
  readonly claimedAtMs: number;
}

/** The jobs that a conductor has claimed: each is driven, and settled as its run ends. */
export class Claims {
  readonly #parts: ClaimsParts;
  readonly #works = new Map<Work, Promise<void>>();
  readonly #delays = new Delays();
  readonly #retries: Pause;
  readonly #counts = { claimed: 0, consumed: 0, abandoned: 0, trashed: 0, lost: 0 };
  #isLeaving = false;

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
    this.#retries = new Pause(parts.app.clock);
  }

  get size(): number {
    return this.#works.size;
  }

  get counts(): ConductorCounts {
    return { ...this.#counts };
  }

  list(): readonly ConductedJob[] {
    return [...this.#works.keys()].map(({ claim: { job, attempt }, claimedAtMs }) => ({
      id: job.id,
      flow: job.flow,
      attempt,
      claimedAtMs,
    }));
  }

  /** Works on a job that this session has claimed, from now on. */
  add(session: BoardSession, claim: Claim): void {
    const { app, source, onRoom } = this.#parts;
    this.#counts.claimed++;
    this.#say(claim, 'claimed');
    const work: Work = { claim, session, order: source.drive(claim), claimedAtMs: app.clock.nowMs() };
    const ended = this.#work(work).finally(() => {
      this.#works.delete(work);
      onRoom();
    });
    this.#works.set(work, ended);
    // The answer that brought it may have come too late.
    if (session.lost.aborted) this.lost(session);
  }

  /** Lets go of all runs: each when its tasks under way have ended, or after so long. */
  stop(graceMs: number): void {
    for (const { order } of this.#works.keys()) order.stop(graceMs);
  }

  /** What this session has claimed may soon be somebody else's. */
  lost(session: BoardSession): void {
    for (const work of this.#works.keys()) if (work.session === session) work.order.stop(this.#parts.app.graceMs);
  }

  /** A board that gives no answer is not asked again. */
  leave(): void {
    this.#isLeaving = true;
    this.#retries.wake();
  }

  /** Resolves when nothing is claimed any more. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.all(this.#works.values());
  }

  async #work({ claim, session, order }: Work): Promise<void> {
    const { app, onAppStopped, onStore, onStoreAway } = this.#parts;
    const end = await order.end;
    const outcome = session.lost.aborted ? LOST : outcomeOf(end, app.hasSecrets(claim.job.flow));
    const settlement = settlementOf(outcome);
    if (settlement.do === 'abandon' && settlement.delay === 'store' && end.kind === 'failed') onStoreAway(end.error);
    else if (end.kind === 'rests') onStore();
    if (end.kind === 'stopped' && app.isStopped()) onAppStopped();
    await this.#settle(session, claim, settlement);
  }

  async #settle(session: BoardSession, claim: Claim, settlement: Settlement): Promise<void> {
    if (settlement.do === 'nothing') return this.#lost(claim, settlement.reason);
    const delayMs = settlement.do === 'abandon' ? this.#delays.ofJob(claim.job.id, settlement.delay) : 0;
    if (settlement.do !== 'abandon') this.#delays.forget(claim.job.id);
    for (const backoff = new Backoff(200, 10_000); ; ) {
      try {
        const ended = await ask(session, claim, settlement, delayMs);
        if (ended === 'not-mine') this.#lost(claim, 'the claim is over: the job was claimed by another one');
        else this.#settled(claim, settlement);
        return;
      } catch (error) {
        // While the session lives the job is this conductor's, and nobody else's.
        if (session.lost.aborted || this.#isLeaving) return this.#lost(claim, messageOf(error));
        await this.#retries.for(backoff.next());
      }
    }
  }

  #lost(claim: Claim, reason: string): void {
    this.#counts.lost++;
    this.#say(claim, 'lost', reason);
  }

  #settled(claim: Claim, settlement: Exclude<Settlement, { do: 'nothing' }>): void {
    const { outcome, reason } = reportOf(settlement);
    this.#counts[outcome]++;
    this.#say(claim, outcome, reason);
  }

  #say({ job, attempt }: Claim, outcome: BoardEvent['outcome'], reason?: string): void {
    const { app, source } = this.#parts;
    const traced = job.trace === undefined ? {} : { traceparent: job.trace };
    const common = { runId: job.id, flow: job.flow, atMs: app.clock.nowMs(), ...traced };
    app.emit({ type: 'board', ...common, board: source.name, outcome, attempt, ...(reason === undefined ? {} : { reason }) });
  }
}

const LOST: ClaimOutcome = { kind: 'lost' };

/** @param isSecret what is in the words of an error is for nobody who looks at the board */
function outcomeOf(end: ConductedEnd, isSecret: boolean): ClaimOutcome {
  if (end.kind !== 'failed') return end;
  const { error } = end;
  const message = isSecret ? MASKED : messageOf(error);
  return isFlowproofError(error) ? { kind: 'failed', code: error.code, message } : { kind: 'failed', message };
}

function reportOf(settlement: Exclude<Settlement, { do: 'nothing' }>): {
  readonly outcome: 'consumed' | 'abandoned' | 'trashed';
  readonly reason?: string;
} {
  switch (settlement.do) {
    case 'consume':
      return { outcome: 'consumed' };
    case 'abandon':
      return { outcome: 'abandoned', reason: settlement.reason };
    case 'trash':
      return { outcome: 'trashed', reason: `${settlement.code}: ${settlement.reason}` };
  }
}

function ask(session: BoardSession, claim: Claim, settlement: Exclude<Settlement, { do: 'nothing' }>, delayMs: number): Promise<ClaimEnd> {
  switch (settlement.do) {
    case 'consume':
      return session.consume(claim);
    case 'abandon':
      return session.abandon(claim, { delayMs, counted: settlement.counted, reason: settlement.reason });
    case 'trash':
      return session.trash(claim, { code: settlement.code, message: settlement.reason });
  }
}
