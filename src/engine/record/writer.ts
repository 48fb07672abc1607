import type { Clock } from '../../model/clock.js';
import { type FlowproofError, isFlowproofError, type PersistenceCode, PersistenceError, StaleRunError } from '../../model/errors.js';
import type { Ids } from '../../model/ids.js';
import { inWords } from '../../model/in-words.js';
import type { Secrets } from '../../model/secrets.js';
import {
  type AppendItem,
  type AppendResult,
  type CreateRunParams,
  type CreateRunResult,
  type Entry,
  formatOf,
  type InboxMessage,
  type Journal,
  type Transition,
} from '../../persistence/index.js';
import type { Commitment } from '../calls/commitment.js';
import { foldRun } from '../state/load-run.js';
import type { RunStatus } from '../state/run-status.js';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;
/** What is asked has so long for an answer, however impatient the app is. */
const SHORTEST_WAIT_MS = 5_000;

/** What an engine needs to write; handed in by the app. */
export interface WriterParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
  /** How long a store may be out of reach before the engine gives up with the run untouched. */
  readonly storeTimeoutMs: number;
}

/** Writes the steps of one run under one name, and knows whether they arrived. */
export class Writer {
  readonly #parts: WriterParts;
  readonly #secrets: Secrets | undefined;
  /** Made anew for each takeover: two engines never write under one name. */
  readonly id: string;
  #confirmedAtMs: number;
  /** Over a network, which may swallow what is sent. A store in this process is not timed, which would cost a tenth of a step. */
  readonly #isFarAway: boolean;
  #givenUp = false;
  /** What the end of the run found in its inbox. */
  #unheard: readonly InboxMessage[] = [];
  /** Ends what is waited for. */
  #giveUpWaiting: (() => void) | undefined;

  /**
   * @param secrets which values of the run the store is to encrypt
   * @param claimed the run was begun under this name, with a claim that was sent at this time
   */
  constructor(parts: WriterParts, secrets: Secrets | undefined, claimed?: { readonly id: string; readonly confirmedAtMs: number }) {
    this.#parts = parts;
    this.#secrets = secrets;
    this.id = claimed?.id ?? parts.ids.unique();
    this.#confirmedAtMs = claimed?.confirmedAtMs ?? parts.clock.monotonicMs();
    this.#isFarAway = parts.journal.capabilities.multiProcess;
  }

  entry(status: RunStatus, transitions: readonly Transition[], kind: Entry['kind'] = 'step'): Entry {
    return {
      runId: status.runId,
      seq: status.seq,
      epoch: status.epoch,
      kind,
      writer: this.id,
      stepId: this.#parts.ids.stepId(),
      // The first entry stands for the flow, too.
      format: kind === 'snapshot' || status.seq === 0 ? status.format : formatOf(transitions),
      atMs: status.atMs,
      transitions,
    };
  }

  /** The store is not waited for any longer. */
  giveUp(): void {
    this.#givenUp = true;
    this.#giveUpWaiting?.();
  }

  /** Signals that the durable end of the run found in its inbox, and that no wait heard; the announcer emits an event for each. Empty at the next call. */
  takeUnheard(): readonly InboxMessage[] {
    const unheard = this.#unheard;
    if (unheard.length > 0) this.#unheard = [];
    return unheard;
  }

  /** How long ago the journal last confirmed that the run is this writer's. */
  sinceConfirmedMs(): number {
    return this.#parts.clock.monotonicMs() - this.#confirmedAtMs;
  }

  /**
   * Resolves when the item is durable. While the store can't be reached the run waits: that is never a task's failure.
   *
   * @throws StaleRunError when another writer went on with the run
   * @throws PersistenceError `STORE_UNREACHABLE` after `storeTimeoutMs`; what does not pass, at once; what the store says about the item
   */
  async append(given: AppendItem): Promise<void> {
    const item = this.#withSecrets(given);
    const { runId, seq } = item.entry;
    const sentAtMs = this.#parts.clock.monotonicMs();
    const sending = this.#parts.journal.append([item]);
    const [first] = await (this.#isFarAway ? this.#inTime(sending, sentAtMs, () => [noAnswer()]) : sending);
    if (first?.kind === 'ok') {
      this.#confirmedAtMs = sentAtMs;
      this.#leaves(first);
      return;
    }
    // Whatever it was: asked again, a store says it again.
    const result = await this.#appendUntilAnswered(item, { sentAtMs, answer: first ?? noAnswer() });
    if (result.kind === 'ok') this.#leaves(result);
    if (result.kind === 'stale') throw new StaleRunError(runId);
    if (result.kind === 'refused') {
      throw new PersistenceError('STORE_REFUSED', `the store refused step ${seq} of run '${runId}': ${inWords(result.cause)}`, {
        cause: result.cause,
      });
    }
  }

  /**
   * Writes the item in the transaction of a task, and lets that commit. Resolves with whether it did.
   *
   * @throws StaleRunError when another writer went on with the run; the transaction is rolled back
   * @throws PersistenceError `STORE_UNREACHABLE` when it can't be found out
   */
  async commit(commitment: Commitment, given: AppendItem): Promise<boolean> {
    const item = this.#withSecrets(given);
    const { clock, storeTimeoutMs } = this.#parts;
    const sentAtMs = clock.monotonicMs();
    const result = await this.#writeIn(commitment, item);
    if (result === undefined) return false;
    this.#confirmedAtMs = sentAtMs;
    const end = await commitment.accept(clock, storeTimeoutMs);
    const isThere = end === 'in-doubt' ? await this.#isThere(item) : end === 'committed';
    // What is found out later is about the time when it was sent.
    this.#confirmedAtMs = sentAtMs;
    if (end === 'in-doubt') commitment.judge(isThere);
    if (isThere) this.#leaves(result);
    return isThere;
  }

  #leaves({ unheard = [] }: Written): void {
    if (unheard.length > 0) this.#unheard = [...this.#unheard, ...unheard];
  }

  /** What can't be written is the task's failure: it holds the transaction, and any error has ended that. */
  async #writeIn(commitment: Commitment, item: AppendItem): Promise<Written | undefined> {
    const { journal } = this.#parts;
    const sending = journal.appendIn?.(commitment.transaction, item) ?? Promise.resolve(NO_TRANSACTIONS);
    const result = await commitment.untilGivenUp(this.#inTime<AppendResult>(sending, this.#parts.clock.monotonicMs(), noAnswer));
    if (result.kind === 'ok') return result;
    if (result.kind === 'stale') throw new StaleRunError(item.entry.runId);
    commitment.refuse('cause' in result ? result.cause : new StaleRunError(item.entry.runId));
    return undefined;
  }

  /**
   * Whether an entry is in the journal whose transaction gave no answer. An empty one in its place waits until that
   * transaction has ended, and keeps it out if it came to nothing.
   */
  async #isThere(item: AppendItem): Promise<boolean> {
    const { entry } = item;
    const empty: Entry = { ...entry, stepId: this.#parts.ids.stepId(), atMs: this.#parts.clock.nowMs(), transitions: [] };
    const placed = await this.#appendUntilAnswered({ entry: empty, durability: 'full' });
    if (placed.kind === 'ok' || placed.kind === 'mine') return false;
    const found = await this.#appendUntilAnswered(item);
    if (found.kind === 'mine') return true;
    throw new StaleRunError(entry.runId);
  }

  #appendUntilAnswered(item: AppendItem, first?: FirstTry<AppendResult>): Promise<Exclude<AppendResult, Unknown>> {
    return this.#insist<AppendResult>(item.entry, async () => (await this.#parts.journal.append([item]))[0] ?? noAnswer(), first);
  }

  /** The run as the journal has it. @throws StaleRunError when another engine has it now */
  async reload({ runId, seq, epoch }: RunStatus): Promise<RunStatus> {
    const { journal } = this.#parts;
    const { status } = await this.#insist({ runId, seq }, async () => {
      try {
        const loaded = await journal.load(runId);
        return { kind: 'loaded', status: loaded && (await foldRun(loaded)) };
      } catch (cause) {
        if (isFlowproofError(cause, 'STORE_UNREACHABLE')) return { kind: 'unknown', cause };
        throw cause;
      }
    });
    if (status === undefined || status.epoch !== epoch) throw new StaleRunError(runId);
    return status;
  }

  /** Begins a run, with the same patience as {@link append}. */
  create(given: CreateRunParams): Promise<Exclude<CreateRunResult, { kind: 'unknown' }>> {
    const params = this.#withSecrets(given);
    return this.#insist(params.entry, () => this.#parts.journal.createRun(params));
  }

  #withSecrets<Params extends AppendItem | CreateRunParams>(params: Params): Params {
    return this.#secrets === undefined ? params : { ...params, secrets: this.#secrets };
  }

  /** Sends the same again until an answer comes: a store recognizes what it has already. */
  async #insist<Result extends { readonly kind: string }>(
    entry: Pick<Entry, 'runId' | 'seq'>,
    send: () => Promise<Result | Unknown>,
    first?: FirstTry<Result | Unknown>,
  ): Promise<Exclude<Result, Unknown>> {
    const { clock, storeTimeoutMs } = this.#parts;
    let { sentAtMs, answer } = first ?? { sentAtMs: clock.monotonicMs(), answer: undefined };
    const startedMs = sentAtMs;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const result = answer ?? (await this.#inTime<Result | Unknown>(send(), startedMs, noAnswer));
      if (result.kind !== 'unknown') {
        this.#confirmedAtMs = WAS_THERE.has(result.kind) ? startedMs : sentAtMs;
        return result as Exclude<Result, Unknown>;
      }
      const { cause } = result as Unknown;
      if (isFlowproofError(cause) && cause.code !== 'STORE_UNREACHABLE') throw lasting(cause, entry);
      const waitedMs = clock.monotonicMs() - startedMs;
      if (this.#givenUp || waitedMs >= storeTimeoutMs) {
        const message = `the store gave no answer for ${Math.round(waitedMs)} ms: run '${entry.runId}' stays as it was before step ${entry.seq}`;
        throw new PersistenceError('STORE_UNREACHABLE', message, { cause });
      }
      await this.#untilGivenUp((resolve) => clock.after(Math.min(waitMs, storeTimeoutMs - waitedMs), resolve));
      sentAtMs = clock.monotonicMs();
      answer = undefined;
    }
  }

  /** What the store answers, or `instead` when it has not in the time that it may be out of reach, or when the run was given up. */
  async #inTime<Answer>(sending: Promise<Answer>, startedMs: number, instead: () => Answer): Promise<Answer> {
    const { clock, storeTimeoutMs } = this.#parts;
    let answer: { readonly given: Answer } | undefined;
    sending.catch(() => undefined);
    const remainingMs = Math.max(SHORTEST_WAIT_MS, startedMs + storeTimeoutMs - clock.monotonicMs());
    await this.#untilGivenUp((resolve, reject) => {
      sending.then((given) => {
        answer = { given };
        resolve();
      }, reject);
      return clock.after(remainingMs, resolve);
    });
    return answer === undefined ? instead() : answer.given;
  }

  /** @param wait what it returns is called at the end */
  async #untilGivenUp(wait: (resolve: () => void, reject: (reason: unknown) => void) => () => void): Promise<void> {
    if (this.#givenUp) return;
    let end: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#giveUpWaiting = resolve;
        end = wait(resolve, reject);
      });
    } finally {
      this.#giveUpWaiting = undefined;
      end();
    }
  }
}

interface FirstTry<Answer> {
  readonly sentAtMs: number;
  readonly answer: Answer;
}

/** Answers about an earlier try: others may have gone on with the run since that, and the store does not say. */
const WAS_THERE: ReadonlySet<string> = new Set(['mine', 'exists'] satisfies readonly (AppendResult | CreateRunResult)['kind'][]);

type Written = Extract<AppendResult, { readonly kind: 'ok' }>;

type Unknown = { readonly kind: 'unknown'; readonly cause: unknown };

const NO_TRANSACTIONS: Unknown = { kind: 'unknown', cause: new Error('this store takes no entries in transactions') };
const noAnswer = (): Unknown => ({ kind: 'unknown', cause: new PersistenceError('STORE_UNREACHABLE', 'the store gave no answer') });

/** What no time changes is not waited for. */
function lasting(cause: FlowproofError, { runId, seq }: Pick<Entry, 'runId' | 'seq'>): PersistenceError {
  const message = seq === 0 ? cause.message : `${cause.message}. Run '${runId}' stays as it was before step ${seq}`;
  return new PersistenceError(cause.code as PersistenceCode, message, { cause });
}
