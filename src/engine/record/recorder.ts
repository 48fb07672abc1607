import { TransactionError } from '../../model/errors.js';
import type { AppendItem, Transition } from '../../persistence/index.js';
import type { Commitment } from '../calls/commitment.js';
import { isEndOf } from '../decide/call-commands.js';
import { decide } from '../decide/decide.js';
import { isAwaited } from '../decide/record-outcomes.js';
import { unwind } from '../decide/rollback-step.js';
import type { Run } from '../decide/step.js';
import { beginEntry } from '../state/fold.js';
import type { Decision, EngineEvent, Limits } from '../state/protocol.js';
import type { EngineParts } from './engine-context.js';
import { type Mailbox, merged, type News } from './event-queue.js';
import type { Inbox } from './operator-messages.js';
import type { Savings } from './pending-saves.js';
import { SnapshotWriter } from './snapshot-writer.js';
import { instead, isRefusal } from './split-refused-step.js';
import type { Statistics } from './statistics.js';
import { HeldSteps } from './write-buffer.js';
import { summaryOf, type Writer } from './writer.js';

/** Of the engine whose steps are recorded. */
export interface RecorderParts {
  readonly run: Run;
  readonly writer: Writer;
  readonly parts: EngineParts;
  readonly mailbox: Mailbox;
  readonly inbox: Inbox;
  readonly savings: Savings;
  readonly statistics: Statistics;
  limits(): Limits;
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
  readonly #held: HeldSteps;
  readonly #snapshots: SnapshotWriter;
  #isReleased = false;
  /** The transaction that the present step is being written in. */
  #committing: Commitment | undefined;

  constructor(engine: RecorderParts) {
    this.#engine = engine;
    this.#run = engine.run;
    this.#held = new HeldSteps(engine.parts.durability);
    this.#snapshots = new SnapshotWriter(engine.writer, engine.parts);
  }

  /** Whether something was stated that is not written yet. */
  get isHolding(): boolean {
    return !this.#held.isEmpty;
  }

  /** Whether the store knows that this engine has let go of the run. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** What is held back goes with the next step, though that were empty. */
  expire(): void {
    this.#held.expire();
  }

  /** A transaction that is under way is not waited for any longer. */
  refuse(reason: unknown): void {
    this.#committing?.refuse(reason);
  }

  /** The next step of the run, as durable as it has to be before anything of it is begun. */
  async step({ events, commitment }: News): Promise<Decision> {
    this.#engine.savings.begin();
    const heeded = this.#engine.inbox.heeded();
    let step: Decision;
    try {
      step = (commitment && (await this.#commit(commitment, events, heeded))) ?? (await this.#stated(events, heeded));
    } catch (error) {
      this.#engine.savings.end(error);
      commitment?.refuse(error);
      throw error;
    }
    this.#engine.savings.done(step);
    this.#engine.statistics.discards(step.late.length);
    return step;
  }

  async #stated(news: readonly EngineEvent[], heeded: readonly string[]): Promise<Decision> {
    const held = this.#held.isEmpty ? [] : [...this.#held.transitions];
    const step = this.#decide(news);
    try {
      await this.#keep(step, heeded);
      return step;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return await this.#statedInstead(error, news, held, heeded);
    }
  }

  /** The store will never take this step: the run is as before it, and what can't be written is its task's failure. */
  async #statedInstead(
    error: unknown,
    news: readonly EngineEvent[],
    held: readonly Transition[],
    heeded: readonly string[],
  ): Promise<Decision> {
    const { questions } = this.#run.frontier;
    // Who was asked what this step said is asked again.
    questions.forget(() => true);
    unwind(this.#run, await this.#engine.writer.reload(this.#run.status), held, questions);
    if (held.length > 0) {
      this.#held.hold(held);
      await this.flush(heeded);
      return this.#stated(news, []);
    }
    const change = instead(news, error, this.#run.status);
    if (change === undefined) throw error;
    this.#engine.savings.changed(change, error);
    this.#engine.mailbox.postBack(change.later);
    return this.#stated(change.now, heeded);
  }

  /**
   * The step with what a task did in its transaction, written there and committed with it. Without a result the transaction
   * came to nothing, and the run is as if there had been none: the task hears of it, and its call is still under way.
   */
  async #commit(commitment: Commitment, news: readonly EngineEvent[], heeded: readonly string[]): Promise<Decision | undefined> {
    const { outcome, path } = commitment;
    if (!isAwaited(this.#run, outcome) || news.some((event) => isEndOf(event, outcome))) {
      commitment.refuse(new TransactionError('TRANSACTION_LATE', path));
      return undefined;
    }
    const held = [...this.#held.transitions];
    const questions = this.#run.frontier.questions.copy();
    const step = this.#decide(merged([...news, { kind: 'finished', outcomes: [outcome] }]));
    this.#committing = commitment;
    try {
      if (await this.#engine.writer.commit(commitment, this.#item([...held, ...step.transitions], heeded))) {
        this.#held.take();
        if (this.#snapshots.isDue(this.#run.status)) await this.#snapshots.write(this.#run.status);
        return step;
      }
      unwind(this.#run, await this.#engine.writer.reload(this.#run.status), held, questions);
      return undefined;
    } finally {
      this.#committing = undefined;
      this.#engine.statistics.works();
    }
  }

  /** Writes a step, or holds it back, as the durability allows. */
  async #keep(step: Decision, heeded: readonly string[]): Promise<void> {
    const isDue = this.#held.add(step) || this.#engine.isStopping() || heeded.length > 0;
    if (!isDue || (this.#held.isEmpty && heeded.length === 0)) return;
    await this.flush(heeded);
    if (this.#snapshots.isDue(this.#run.status)) await this.#snapshots.write(this.#run.status);
  }

  /** Writes that nobody has the run any more, with what is held. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await this.flush();
  }

  /** Writes what is held, or an entry that says nothing: it is confirmed then that the run is still this engine's. */
  async flush(heeded: readonly string[] = []): Promise<void> {
    if (this.#held.isEmpty) beginEntry(this.#run.status, this.#engine.parts.clock.nowMs());
    await this.#engine.writer.append(this.#item(this.#held.take(), heeded));
    this.#engine.statistics.works();
  }

  #decide(events: readonly EngineEvent[]): Decision {
    this.#run.entryIsOpen = !this.#held.isEmpty;
    this.#run.observed = this.#engine.parts.listening();
    return decide(this.#run, events, this.#engine.limits());
  }

  /** @param heeded messages that these transitions heed, or that meant nothing */
  #item(transitions: readonly Transition[], heeded: readonly string[]): AppendItem {
    const { status } = this.#run;
    const released = this.#isReleased || (this.#engine.isStopping() && this.#run.frontier.inFlight === 0);
    const summary = summaryOf(status, transitions, released);
    this.#isReleased = summary?.owner === null;
    const used = [...heeded, ...this.#engine.inbox.restedBy(status)];
    this.#engine.statistics.writes();
    return {
      entry: this.#engine.writer.entry(status, transitions),
      durability: this.#engine.parts.durability === 'relaxed' ? 'relaxed' : 'full',
      ...(summary === undefined ? {} : { summary }),
      ...(used.length === 0 ? {} : { consume: used }),
    };
  }
}
