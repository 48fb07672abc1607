import type { AppendResult } from '../../persistence/index.js';
import type { Statements } from '../client/sql.js';
import { isBlocked } from '../client/sql-errors.js';
import type { EncodedItem } from './append-params.js';
import type { StepWriter } from './step-writer.js';

/** A statement is as slow as what it carries, and what it carries waits for the slowest of it. */
const MAX_ROWS = 500;
const MAX_CHARACTERS = 1_000_000;

interface Waiting {
  readonly runId: string;
  readonly item: EncodedItem;
  readonly resolve: (result: AppendResult) => void;
}

/**
 * Lets steps that wait at the same moment share a statement, and with it a commit. As many statements are on their way
 * as there are lanes; what comes meanwhile waits for the next one.
 */
export class GroupCommit {
  readonly #writer: StepWriter;
  readonly #lanes: readonly Statements[];
  readonly #free: Statements[];
  /** Runs that were in a statement which failed: they go alone until one of their steps gets an answer. */
  readonly #suspects = new Set<string>();
  readonly #sending = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #scheduled = false;
  /** The run whose step, or beginning, was the last statement. */
  #lastRun: string | undefined;

  constructor(writer: StepWriter, lanes: readonly Statements[]) {
    this.#writer = writer;
    this.#lanes = lanes;
    this.#free = [...lanes];
  }

  append(item: EncodedItem): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ runId: item.item.entry.runId, item, resolve });
      this.#schedule();
    });
  }

  /** A run was begun, with a statement of its own. */
  begun(runId: string): void {
    this.#lastRun = runId;
  }

  /** Resolves when nothing waits and nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#waiting.length > 0 || this.#sending.size > 0) {
      await Promise.all(this.#sending);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * A run that writes one step after the other is alone, as far as can be seen, and need not wait. Where there are
   * more, whatever comes before the next round of the event loop shares the statement.
   */
  #schedule(): void {
    if (this.#scheduled || this.#free.length === 0 || this.#waiting.length === 0) return;
    this.#scheduled = true;
    const [first] = this.#waiting;
    const isAlone = this.#waiting.length === 1 && this.#free.length === this.#lanes.length && first?.runId === this.#lastRun;
    if (isAlone) queueMicrotask(this.#flush);
    else setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    while (this.#waiting.length > 0) {
      const lane = this.#free.pop();
      if (lane === undefined) return;
      const sending = this.#send(lane, this.#take()).finally(() => {
        this.#sending.delete(sending);
        this.#free.push(lane);
        this.#schedule();
      });
      this.#sending.add(sending);
    }
  };

  async #send(lane: Statements, batch: readonly Waiting[]): Promise<void> {
    const [only] = batch;
    this.#lastRun = batch.length === 1 ? only?.runId : undefined;
    if (only !== undefined && batch.length === 1) return this.#sendOne(lane, only);
    const items = batch.map(({ item }) => item);
    const results = await this.#writer.many(lane, items);
    if (results === undefined) {
      for (const { runId } of batch) this.#suspects.add(runId);
      this.#waiting.unshift(...batch);
      return;
    }
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
  }

  async #sendOne(lane: Statements, { item, runId, resolve }: Waiting): Promise<void> {
    const result = await this.#writer.one(lane, item);
    if (result.kind === 'unknown' && isBlocked(result.cause)) this.#suspects.add(runId);
    else this.#suspects.delete(runId);
    resolve(result);
  }

  /** What fits into one statement, the oldest first: one step of a run, a suspect by itself. */
  #take(): readonly Waiting[] {
    const [first, ...rest] = this.#waiting;
    if (first === undefined) return [];
    if (rest.length === 0 || this.#suspects.has(first.runId)) {
      this.#waiting = rest;
      return [first];
    }
    const batch = [first];
    const later: Waiting[] = [];
    const runs = new Set([first.runId]);
    let characters = first.item.transitions.length;
    for (const one of rest) {
      const { runId, item } = one;
      const isFull = batch.length >= MAX_ROWS || characters + item.transitions.length > MAX_CHARACTERS;
      if (isFull || runs.has(runId) || this.#suspects.has(runId)) {
        later.push(one);
      } else {
        batch.push(one);
        runs.add(runId);
        characters += item.transitions.length;
      }
    }
    this.#waiting = later;
    return batch;
  }
}
