import { TransactionError } from '../../model/errors.js';
import type { AppendItem, Transition } from '../../persistence/index.js';
import type { Commitment } from '../calls/commitment.js';
import { slotChangeOf } from '../calls/ended-calls.js';
import { isEndOf } from '../decide/call-commands.js';
import { decide } from '../decide/decide.js';
import { isAwaited } from '../decide/record-outcomes.js';
import type { ActiveRun } from '../decide/run.js';
import type { HeardRun } from '../events/events.js';
import { beginEntry } from '../state/fold.js';
import { type EngineEvent, type LetGoCommand, type Limits, lettingGoOf, type StepPlan } from '../state/protocol.js';
import { type EventQueue, merged, type News } from './event-queue.js';
import { type OperatorMessages, signalsIn } from './operator-messages.js';
import type { PendingSaves } from './pending-saves.js';
import { rollBackStep } from './rollback-step.js';
import { type SnapshotSettings, SnapshotWriter } from './snapshot-writer.js';
import { instead, isRefusal } from './split-refused-step.js';
import type { Statistics } from './statistics.js';
import { asleep, summaryOf } from './step-summary.js';
import { WriteBuffer } from './write-buffer.js';
import type { Writer } from './writer.js';

/** How the app wants steps to be recorded. */
export interface RecorderSettings extends SnapshotSettings {
  /** Whether anybody listens: what a step changes is noted for them only. */
  listening(run: HeardRun): boolean;
}

/** Of the engine whose steps are recorded. */
export interface RecorderParts {
  readonly run: ActiveRun;
  readonly writer: Writer;
  readonly settings: RecorderSettings;
  readonly queue: EventQueue;
  readonly messages: OperatorMessages;
  readonly saves: PendingSaves;
  readonly statistics: Statistics;
  limits(): Limits;
  /** What the step does not need of what it was decided with is free for others. */
  decided(step: StepPlan): void;
  /** Whether the engine leaves the run as soon as nothing is in flight. */
  isStopping(): boolean;
}

/**
 * Makes the steps of a run durable: states what the news mean, and writes it, holds it back as the durability allows, or
 * has it committed with a task's transaction. What the store refuses for good is stated in another way.
 */
export class Recorder {
  readonly #engine: RecorderParts;
  readonly #run: ActiveRun;
  readonly #buffer: WriteBuffer;
  readonly #snapshots: SnapshotWriter;
  #isReleased = false;
  /** What the present step says when it lets go of the run. */
  #lettingGo: LetGoCommand | undefined;
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

  /** Whether the step that is being written lets go of the run: what comes from now on needs a message of its own. */
  get isLettingGo(): boolean {
    return this.#lettingGo !== undefined;
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
  async step({ events, commitment }: News): Promise<StepPlan> {
    this.#engine.saves.begin();
    const consumed = this.#engine.messages.takeConsumed();
    let step: StepPlan;
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

  async #stated(news: readonly EngineEvent[], consumed: readonly string[]): Promise<StepPlan> {
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
  ): Promise<StepPlan> {
    const { questions } = this.#run.frontier;
    this.#lettingGo = undefined;
    // Who was asked what this step said is asked again.
    questions.forget(() => true);
    rollBackStep(this.#run, await this.#engine.writer.reload(this.#run.status), held, questions, news);
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
  async #commit(commitment: Commitment, news: readonly EngineEvent[], consumed: readonly string[]): Promise<StepPlan | undefined> {
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
        await this.#written();
        return step;
      }
      this.#lettingGo = undefined;
      rollBackStep(this.#run, await this.#engine.writer.reload(this.#run.status), held, questions, news);
      return undefined;
    } finally {
      this.#committing = undefined;
      this.#engine.statistics.works();
    }
  }

  /** Writes a step, or holds it back, as the durability allows. */
  async #keep(step: StepPlan, consumed: readonly string[]): Promise<void> {
    // Others may wait for what ends.
    const frees = slotChangeOf(this.#run, step.transitions).slots !== undefined;
    const isDue = this.#buffer.add(step) || frees || this.#engine.isStopping() || consumed.length > 0;
    if (this.#lettingGo === undefined && (!isDue || (this.#buffer.isEmpty && consumed.length === 0))) return;
    await this.flush(consumed);
    await this.#written();
  }

  /** Whoever lets go of a run leaves it with a snapshot, if one is due: who takes it next begins there. */
  async #written(): Promise<void> {
    if (this.#snapshots.isDue(this.#run.status)) await this.#snapshots.write(this.#run.status);
    if (this.#lettingGo !== undefined && !this.#isReleased) await this.flush();
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

  #decide(events: readonly EngineEvent[]): StepPlan {
    this.#run.entryIsOpen = !this.#buffer.isEmpty;
    this.#run.observed = this.#engine.settings.listening({ runId: this.#run.status.creation.key, flow: this.#run.flow.name });
    this.#lettingGo = undefined;
    const step = decide(this.#run, events, this.#engine.limits());
    this.#engine.decided(step);
    this.#lettingGo = lettingGoOf(step);
    return step;
  }

  /** @param consumed ids of the messages that these transitions act on, or that meant nothing */
  #item(transitions: readonly Transition[], consumed: readonly string[]): AppendItem {
    const { status } = this.#run;
    const released = this.#isReleased || (this.#engine.isStopping() && this.#run.frontier.inFlight === 0);
    const rest = this.#snapshots.isDue(status) ? undefined : this.#lettingGo;
    const summary = summaryOf(
      this.#run,
      transitions,
      released || rest !== undefined,
      rest && asleep(rest, status, this.#engine.messages.leavesSome),
    );
    this.#isReleased = summary?.owner === null;
    const used = [...consumed, ...signalsIn(transitions), ...this.#engine.messages.restedBy(status)];
    this.#engine.statistics.writes();
    return {
      entry: this.#engine.writer.entry(status, transitions),
      durability: this.#engine.settings.durability === 'relaxed' ? 'relaxed' : 'full',
      ...(summary === undefined ? {} : { summary }),
      ...slotChangeOf(this.#run, transitions),
      ...(used.length === 0 ? {} : { consume: used }),
    };
  }
}
