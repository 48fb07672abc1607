import type { Clock } from '../model/clock.js';
import { isFlowproofError, PersistenceError, StaleRunError } from '../model/errors.js';
import type { Ids } from '../model/ids.js';
import type { Secrets } from '../model/secrets.js';
import { isEnded } from '../model/states.js';
import {
  type AppendItem,
  type AppendResult,
  type CreateRunParams,
  type CreateRunResult,
  ENTRY_FORMAT,
  type Entry,
  type Journal,
  type Transition,
} from '../persistence/index.js';
import type { Commitment } from './commitment.js';
import { foldRun } from './fold-run.js';
import type { RunStatus } from './run-state.js';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

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
  #givenUp = false;

  /** @param secrets which values of the run the store is to encrypt */
  constructor(parts: WriterParts, secrets: Secrets | undefined) {
    this.#parts = parts;
    this.#secrets = secrets;
    this.id = parts.ids.unique();
    this.#confirmedAtMs = parts.clock.monotonicMs();
  }

  entry(status: RunStatus, transitions: readonly Transition[], kind: Entry['kind'] = 'step'): Entry {
    return {
      runId: status.runId,
      seq: status.seq,
      epoch: status.epoch,
      kind,
      writer: this.id,
      stepId: this.#parts.ids.stepId(),
      format: ENTRY_FORMAT,
      atMs: this.#parts.clock.nowMs(),
      transitions,
    };
  }

  /** The store is not waited for any longer. */
  giveUp(): void {
    this.#givenUp = true;
  }

  /** How long ago the journal last confirmed that the run is this writer's. */
  sinceConfirmedMs(): number {
    return this.#parts.clock.monotonicMs() - this.#confirmedAtMs;
  }

  /**
   * Resolves when the item is durable. While the store can't be reached the run waits: that is never a task's failure.
   *
   * @throws StaleRunError when another writer went on with the run
   * @throws PersistenceError `STORE_UNREACHABLE` after `storeTimeoutMs`; or what the store says about the item
   */
  async append(given: AppendItem): Promise<void> {
    const item = this.#withSecrets(given);
    const { runId, seq } = item.entry;
    const sentAtMs = this.#parts.clock.monotonicMs();
    const [first] = await this.#parts.journal.append([item]);
    if (first?.kind === 'ok') {
      this.#confirmedAtMs = sentAtMs;
      return;
    }
    // Whatever it was: asked again, a store says it again.
    const result = await this.#appendPatiently(item);
    if (result.kind === 'stale') throw new StaleRunError(runId);
    if (result.kind === 'refused') {
      throw new PersistenceError('STORE_REFUSED', `the store refused step ${seq} of run '${runId}': ${String(result.cause)}`, {
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
    if (!(await this.#writeIn(commitment, item))) return false;
    this.#confirmedAtMs = sentAtMs;
    const end = await commitment.accept(clock, storeTimeoutMs);
    if (end !== 'in-doubt') return end === 'committed';
    const isThere = await this.#isThere(item);
    commitment.judge(isThere);
    return isThere;
  }

  /** What can't be written is the task's failure: it holds the transaction, and any error has ended that. */
  async #writeIn(commitment: Commitment, item: AppendItem): Promise<boolean> {
    const { journal } = this.#parts;
    const result = await commitment.untilGivenUp(journal.appendIn?.(commitment.transaction, item) ?? Promise.resolve(NO_TRANSACTIONS));
    if (result.kind === 'ok') return true;
    if (result.kind === 'stale') throw new StaleRunError(item.entry.runId);
    commitment.refuse('cause' in result ? result.cause : new StaleRunError(item.entry.runId));
    return false;
  }

  /**
   * Whether an entry is in the journal whose transaction gave no answer. An empty one in its place waits until that
   * transaction has ended, and keeps it out if it came to nothing.
   */
  async #isThere(item: AppendItem): Promise<boolean> {
    const { entry } = item;
    const empty: Entry = { ...entry, stepId: this.#parts.ids.stepId(), atMs: this.#parts.clock.nowMs(), transitions: [] };
    const placed = await this.#appendPatiently({ entry: empty, durability: 'full' });
    if (placed.kind === 'ok' || placed.kind === 'mine') return false;
    const found = await this.#appendPatiently(item);
    if (found.kind === 'mine') return true;
    throw new StaleRunError(entry.runId);
  }

  #appendPatiently(item: AppendItem): Promise<Exclude<AppendResult, Unknown>> {
    return this.#insist<AppendResult>(item.entry, async () => (await this.#parts.journal.append([item]))[0] ?? NO_ANSWER);
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
  ): Promise<Exclude<Result, Unknown>> {
    const { clock, storeTimeoutMs } = this.#parts;
    const startedMs = clock.monotonicMs();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const sentAtMs = clock.monotonicMs();
      const result = await send();
      if (result.kind !== 'unknown') {
        this.#confirmedAtMs = sentAtMs;
        return result as Exclude<Result, Unknown>;
      }
      if (this.#givenUp || clock.monotonicMs() - startedMs >= storeTimeoutMs) {
        const message = `the store gave no answer for ${Math.round(clock.monotonicMs() - startedMs)} ms: run '${entry.runId}' stays as it was before step ${entry.seq}`;
        throw new PersistenceError('STORE_UNREACHABLE', message, { cause: (result as Unknown).cause });
      }
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
  }
}

type Unknown = { readonly kind: 'unknown'; readonly cause: unknown };

const NO_TRANSACTIONS: Unknown = { kind: 'unknown', cause: new Error('this store takes no entries in transactions') };
const NO_ANSWER: Unknown = { kind: 'unknown', cause: undefined };

/** What lists and waiters must know of a step. */
export function summaryOf(status: RunStatus, transitions: readonly Transition[], released: boolean): AppendItem['summary'] {
  const moved = transitions.some(([word]) => word === 'RUN');
  const atRest = isEnded(status.state) || status.state === 'SUSPENDED';
  if (!moved && !released) return undefined;
  return { ...(moved ? { state: status.state } : {}), ...(atRest || released ? { owner: null } : {}) };
}
