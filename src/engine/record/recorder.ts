import { TransactionError } from '../../model/errors.js';
import type { AppendItem, Transition } from '../../persistence/index.js';
import type { Commitment } from '../calls/commitment.js';
import { isEndOf } from '../decide/call-commands.js';
import { decide } from '../decide/decide.js';
import { isAwaited } from '../decide/record-outcomes.js';
import { rollBackStep } from '../decide/rollback-step.js';
import type { Run } from '../decide/step.js';
import { beginEntry } from '../state/fold.js';
import type { Decision, EngineEvent, Limits } from '../state/protocol.js';
import { type EventQueue, merged, type News } from './event-queue.js';
import { type OperatorMessages, signalsIn } from './operator-messages.js';
import type { PendingSaves } from './pending-saves.js';
import { type SnapshotSettings, SnapshotWriter } from './snapshot-writer.js';
import { instead, isRefusal } from './split-refused-step.js';
import type { Statistics } from './statistics.js';
import { WriteBuffer } from './write-buffer.js';
import { summaryOf, type Writer } from './writer.js';

/** How the app wants steps to be recorded. */
export interface RecorderSettings extends SnapshotSettings {
  /** Whether anybody listens: what a step changes is noted for them only. */
  listening(): boolean;
}

/** Of the engine whose steps are recorded. */
export interface RecorderParts {
  readonly run: Run;
  readonly writer: Writer;
  readonly settings: RecorderSettings;
  readonly queue: EventQueue;
  readonly messages: OperatorMessages;
  readonly saves: PendingSaves;
  readonly statistics: Statistics;
  limits(): Limits;
  /** What the step does not need of what it was decided with is free for others. */
  decided(step: Decision): void;
  /** Whether the engine leaves the run as soon as nothing is in flight. */
  isStopping(): boolean;
}

/**
 * Makes the steps of a run durable: states what the news mean, and writes it, holds it back as the durability allows, or
 * has it committed with a task's transaction. What the store refuses for good is stated in another way.
 */
export class Recorder {
  readonly #engine: RecorderParts;
  readonly #run: Run;
  readonly #buffer: WriteBuffer;
  readonly #snapshots: SnapshotWriter;
  #isReleased = false;
  /** The transaction that the present step is being written in. */
  #committing: Commitment | undefined;

  constructor(engine: RecorderParts) {
    this.#engine = engine;
    this.#run = engine.run;
    this.#buffer = new WriteBuffer(engine.settings.durability);
    this.#snapshots = new SnapshotWriter(engine.writer, engine.settings);
  }

  /** Whether something was stated that is not written yet. */
  get isHolding(): boolean {
    return !this.#buffer.isEmpty;
  }

  /** Whether the store knows that this engine has let go of the run. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** What is held back goes with the next step, though that were empty. */
  expire(): void {
    this.#buffer.expire();
  }

  /** A transaction that is under way is not waited for any longer. */
  abandonCommit(reason: unknown): void {
    this.#committing?.refuse(reason);
  }

  /** The next step of the run, as durable as it has to be before anything of it is begun. */
  async step({ events, commitment }: News): Promise<Decision> {
    this.#engine.saves.begin();
    const consumed = this.#engine.messages.takeConsumed();
    let step: Decision;
    try {
      step = (commitment && (await this.#commit(commitment, events, consumed))) ?? (await this.#stated(events, consumed));
    } catch (error) {
      this.#engine.saves.end(error);
      commitment?.refuse(error);
      throw error;
    }
    this.#engine.saves.done(step);
    this.#engine.statistics.discards(step.late.length);
    return step;
  }

  async #stated(news: readonly EngineEvent[], consumed: readonly string[]): Promise<Decision> {
    const held = this.#buffer.isEmpty ? [] : [...this.#buffer.transitions];
    const step = this.#decide(news);
    try {
      await this.#keep(step, consumed);
      return step;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return await this.#statedInstead(error, news, held, consumed);
    }
  }

  /** The store will never take this step: the run is as before it, and what can't be written is its task's failure. */
  async #statedInstead(
    error: unknown,
    news: readonly EngineEvent[],
    held: readonly Transition[],
    consumed: readonly string[],
  ): Promise<Decision> {
    const { questions } = this.#run.frontier;
    // Who was asked what this step said is asked again.
    questions.forget(() => true);
    rollBackStep(this.#run, await this.#engine.writer.reload(this.#run.status), held, questions);
    if (held.length > 0) {
      this.#buffer.restore(held);
      await this.flush(consumed);
      return this.#stated(news, []);
    }
    const change = instead(news, error, this.#run.status);
    if (change === undefined) throw error;
    this.#engine.saves.changed(change, error);
    this.#engine.queue.postBack(change.later);
    return this.#stated(change.now, [...consumed, ...change.dropped]);
  }

  /**
   * The step with what a task did in its transaction, written there and committed with it. Without a result the transaction
   * came to nothing, and the run is as if there had been none: the task hears of it, and its call is still under way.
   */
  async #commit(commitment: Commitment, news: readonly EngineEvent[], consumed: readonly string[]): Promise<Decision | undefined> {
    const { outcome, path } = commitment;
    if (!isAwaited(this.#run, outcome) || news.some((event) => isEndOf(event, outcome))) {
      commitment.refuse(new TransactionError('TRANSACTION_LATE', path));
      return undefined;
    }
    const held = [...this.#buffer.transitions];
    const questions = this.#run.frontier.questions.copy();
    const step = this.#decide(merged([...news, { kind: 'finished', outcomes: [outcome] }]));
    this.#committing = commitment;
    try {
      if (await this.#engine.writer.commit(commitment, this.#item([...held, ...step.transitions], consumed))) {
        this.#buffer.take();
        if (this.#snapshots.isDue(this.#run.status)) await this.#snapshots.write(this.#run.status);
        return step;
      }
      rollBackStep(this.#run, await this.#engine.writer.reload(this.#run.status), held, questions);
      return undefined;
    } finally {
      this.#committing = undefined;
      this.#engine.statistics.works();
    }
  }

  /** Writes a step, or holds it back, as the durability allows. */
  async #keep(step: Decision, consumed: readonly string[]): Promise<void> {
    const isDue = this.#buffer.add(step) || this.#engine.isStopping() || consumed.length > 0;
    if (!isDue || (this.#buffer.isEmpty && consumed.length === 0)) return;
    await this.flush(consumed);
    if (this.#snapshots.isDue(this.#run.status)) await this.#snapshots.write(this.#run.status);
  }

  /** Writes what is held, and that this engine does not have the run any more. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await this.flush();
  }

  /** Writes what is held, or an entry that says nothing: it is confirmed then that the run is still this engine's. */
  async flush(consumed: readonly string[] = []): Promise<void> {
    if (this.#buffer.isEmpty) beginEntry(this.#run.status, this.#engine.settings.clock.nowMs());
    await this.#engine.writer.append(this.#item(this.#buffer.take(), consumed));
    this.#engine.statistics.works();
  }

  #decide(events: readonly EngineEvent[]): Decision {
    this.#run.entryIsOpen = !this.#buffer.isEmpty;
    this.#run.observed = this.#engine.settings.listening();
    const step = decide(this.#run, events, this.#engine.limits());
    this.#engine.decided(step);
    return step;
  }

  /** @param consumed ids of the messages that these transitions act on, or that meant nothing */
  #item(transitions: readonly Transition[], consumed: readonly string[]): AppendItem {
    const { status } = this.#run;
    const released = this.#isReleased || (this.#engine.isStopping() && this.#run.frontier.inFlight === 0);
    const summary = summaryOf(status, transitions, released);
    this.#isReleased = summary?.owner === null;
    const used = [...consumed, ...signalsIn(transitions), ...this.#engine.messages.restedBy(status)];
    this.#engine.statistics.writes();
    return {
      entry: this.#engine.writer.entry(status, transitions),
      durability: this.#engine.settings.durability === 'relaxed' ? 'relaxed' : 'full',
      ...(summary === undefined ? {} : { summary }),
      ...(used.length === 0 ? {} : { consume: used }),
    };
  }
}
