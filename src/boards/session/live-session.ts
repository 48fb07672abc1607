import { BoardError } from '../../model/board-error.js';
import type { Clock } from '../../model/clock.js';
import { inWords } from '../../model/in-words.js';
import { isNodeName } from '../../model/names.js';
import type { AbandonOptions, BoardSession, Claim, ClaimEnd, ClaimParams } from '../contract/board-session.js';
import type { TrashReason } from '../contract/job.js';
import { inTime } from './deadline.js';
import { Doubt } from './doubt.js';
import type { Ending, SessionDriver, Taken } from './driver.js';

/** A session that is renewed three times a lease, and knows by a timer of its own when that has failed for too long. */
export class LiveSession implements BoardSession {
  readonly #board: string;
  readonly #driver: SessionDriver;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #ended = new AbortController();
  /** Claims that were given and have not ended, as far as is known: token by id. */
  readonly #given = new Map<string, string>();
  readonly #doubt: Doubt;
  /** The claim under way: what one has got and not said yet would look lost to another. */
  #claiming: Promise<unknown> = Promise.resolve();
  #left = false;
  #cancelLost: () => void = () => undefined;
  #cancelRenewal: () => void = () => undefined;
  readonly #onEnd: () => void;

  /** @param sentAtMs when the request was sent by which the session was made: monotonic time */
  constructor(board: string, driver: SessionDriver, clock: Clock, leaseMs: number, sentAtMs: number, onEnd: () => void) {
    this.#board = board;
    this.#driver = driver;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
    this.#onEnd = onEnd;
    this.#doubt = new Doubt(clock, leaseMs);
    this.#trustFrom(sentAtMs);
    this.#renewLater();
  }

  get lost(): AbortSignal {
    return this.#ended.signal;
  }

  async claim({ flows, limit, maxLosses = Number.POSITIVE_INFINITY }: ClaimParams): Promise<readonly Claim[]> {
    if (!Array.isArray(flows) || flows.some((flow) => typeof flow !== 'string'))
      throw new TypeError(`claim needs a list of flows by name, not ${inWords(flows)}`);
    if (!Number.isInteger(limit) || limit < 1)
      throw new TypeError(`the limit of a claim must be a whole number above 0, not ${inWords(limit)}`);
    this.#demandLife();
    const found = await this.#oneByOne(() => this.#claims([...new Set(flows)].filter(isNodeName), limit));
    this.#demandLife();
    const [poison, good] = [found.filter(({ losses }) => losses >= maxLosses), found.filter(({ losses }) => losses < maxLosses)];
    for (const { job, token } of good) this.#given.set(job.id, token);
    await Promise.all(poison.map((taken) => this.#poison(taken)));
    return good.map(({ job, token, claims, losses }) => ({ job, token, attempt: claims, losses }));
  }

  consume(claim: Claim): Promise<ClaimEnd> {
    return this.#end(claim, { kind: 'consume' });
  }

  async abandon(claim: Claim, { delayMs = 0, counted = false, reason }: AbandonOptions = {}): Promise<ClaimEnd> {
    if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw new TypeError(`the delayMs of an abandoned claim must be 0 or more, not ${inWords(delayMs)}`);
    return this.#end(claim, { kind: 'abandon', delayMs: Math.ceil(delayMs), counted, ...(reason !== undefined && { reason }) });
  }

  trash(claim: Claim, { code, message }: TrashReason): Promise<ClaimEnd> {
    return this.#end(claim, { kind: 'trash', reason: { code, message } });
  }

  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    this.#stop();
    try {
      if (this.#ended.signal.aborted) return;
      await this.#call('giving back what is claimed', () => this.#giveAllBack());
      await this.#call('leaving', () => this.#driver.leave());
    } finally {
      this.#lose('the session has left the board');
      this.#onEnd();
    }
  }

  /** The board is closed: nothing more is asked of the server. */
  drop(): void {
    this.#stop();
    this.#lose(`board '${this.#board}' is closed`);
  }

  #oneByOne<T>(claim: () => Promise<T>): Promise<T> {
    const claimed = this.#claiming.then(claim);
    this.#claiming = claimed.catch(() => undefined);
    return claimed;
  }

  async #claims(flows: readonly string[], limit: number): Promise<readonly Taken[]> {
    if (this.#doubt.isDue()) {
      const held = await this.#doubt.look(() => this.#call('looking for lost answers', () => this.#driver.held()));
      const unknown = held.filter(({ job, token }) => this.#given.get(job.id) !== token);
      if (unknown.length > 0) return this.#fitting(unknown, flows, limit);
    }
    if (flows.length === 0) return [];
    let isAwaited = true;
    const claiming = (): Promise<readonly Taken[]> =>
      this.#driver.claim(flows, limit).finally(() => {
        // An answer that nobody waits for any more: what it gave is looked for.
        if (!isAwaited) this.#doubt.begin();
      });
    try {
      return await this.#call('claiming', claiming);
    } catch (error) {
      this.#doubt.begin();
      throw error;
    } finally {
      isAwaited = false;
    }
  }

  /** Of what a lost answer had given, that which is asked for now; the rest goes back. */
  async #fitting(unknown: readonly Taken[], flows: readonly string[], limit: number): Promise<readonly Taken[]> {
    const wanted = unknown.filter(({ job }) => flows.includes(job.flow)).slice(0, limit);
    await Promise.all(unknown.filter((taken) => !wanted.includes(taken)).map(({ job, token }) => this.#giveBack(job.id, token)));
    return wanted;
  }

  async #giveAllBack(): Promise<void> {
    if (this.#doubt.isThere) for (const { job, token } of await this.#driver.held()) this.#given.set(job.id, token);
    await Promise.all([...this.#given].map(([id, token]) => this.#giveBack(id, token)));
  }

  #giveBack(id: string, token: string): Promise<boolean> {
    return this.#driver.end(id, token, { kind: 'abandon', delayMs: 0, counted: false });
  }

  async #poison({ job, token, losses }: Taken): Promise<void> {
    const message = `${losses} claims of it died`;
    const reason = { code: 'POISON', message };
    await this.#call(`putting job '${job.id}' into the trash`, () => this.#driver.end(job.id, token, { kind: 'trash', reason })).catch(
      // It is claimed again and looked at when this session has ended.
      () => this.#given.set(job.id, token),
    );
  }

  async #end(claim: Claim, ending: Ending): Promise<ClaimEnd> {
    const { job, token } = claim;
    const mine = await this.#call(`to ${ending.kind} job '${job.id}'`, () => this.#driver.end(job.id, token, ending));
    if (this.#given.get(job.id) === token) this.#given.delete(job.id);
    return mine ? 'done' : 'not-mine';
  }

  #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    return inTime(this.#clock, this.#leaseMs / 3, `board '${this.#board}': ${what}`, call);
  }

  #demandLife(): void {
    const { aborted, reason } = this.#ended.signal;
    if (aborted) throw reason;
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#clock.after(this.#leaseMs / 3, () => void this.#renew(), { keepsAlive: false });
  }

  /** A renewal without an answer is followed by the next one, until the time is over. */
  async #renew(): Promise<void> {
    const sentAtMs = this.#clock.monotonicMs();
    const answer = await this.#call('the renewal', () => this.#driver.renew()).catch(() => undefined);
    if (this.#ended.signal.aborted) return;
    if (answer === false) return this.#lose('the server has ended the session');
    if (answer) this.#trustFrom(sentAtMs);
    const spent = this.#clock.monotonicMs() - sentAtMs;
    this.#cancelRenewal = this.#clock.after(Math.max(0, this.#leaseMs / 3 - spent), () => void this.#renew(), { keepsAlive: false });
  }

  #trustFrom(sentAtMs: number): void {
    this.#cancelLost();
    const leftMs = (this.#leaseMs * 2) / 3 - (this.#clock.monotonicMs() - sentAtMs);
    const lose = (): void => this.#lose('the session could not be renewed in time');
    if (leftMs <= 0) lose();
    else this.#cancelLost = this.#clock.after(leftMs, lose, { keepsAlive: false });
  }

  #lose(why: string): void {
    if (this.#ended.signal.aborted) return;
    this.#stop();
    this.#driver.drop();
    this.#ended.abort(new BoardError('BOARD_CLOSED', `board '${this.#board}': ${why}; join again`));
  }

  #stop(): void {
    this.#cancelLost();
    this.#cancelRenewal();
  }
}
