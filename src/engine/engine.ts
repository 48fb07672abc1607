import { TransactionError } from '../model/errors.js';
import { isEnded } from '../model/states.js';
import type { AppendItem, InboxMessage, Transition } from '../persistence/index.js';
import { AlarmClock } from './alarm-clock.js';
import { callEvent, eventsOf } from './announce.js';
import { isCall, isEndOf, mayCall } from './call-commands.js';
import { Calls } from './calls.js';
import type { Commitment } from './commitment.js';
import { decide } from './decide.js';
import type { AskCommand, CallCommand, CallId, Command, Decision, EngineEvent, Limits } from './decision.js';
import { type EngineParts, limitsOf } from './engine-parts.js';
import type { FlowEvent } from './events.js';
import { beginEntry } from './fold.js';
import { isFull, isLong, journalFull, maxStepsOf } from './full-journal.js';
import { HeldSteps } from './held-steps.js';
import { Inbox } from './inbox.js';
import { Mailbox, merged, type News } from './mailbox.js';
import { isAwaited } from './outcomes.js';
import { ProgressNotes } from './progress-notes.js';
import { instead, isRefusal } from './refusal.js';
import { Savings, savedTooLate } from './savings.js';
import { Signals } from './signals.js';
import { SnapshotWriter } from './snapshot-writer.js';
import { type RunStatistics, Statistics } from './statistics.js';
import type { Run } from './step.js';
import { unwind } from './unwind.js';
import { summaryOf, type Writer } from './writer.js';

/** What is held back is written after so long, if nothing else happens. */
const HELD_MS = 1_000;

/** Why an engine returned without an error. */
export type EngineEnd = 'ended' | 'suspended' | 'stopped';

/**
 * Moves one run: appends what {@link decide} says, waits until it is durable, announces it, looks whether it may go
 * on, and only then calls tasks. All input and output of the engine is here and in {@link Calls}.
 */
export class Engine {
  readonly run: Run;
  readonly #parts: EngineParts;
  readonly #writer: Writer;
  readonly #mailbox = new Mailbox();
  readonly #inbox = new Inbox();
  readonly #signals: Signals;
  readonly #calls: Calls;
  readonly #progress: ProgressNotes;
  readonly #statistics: Statistics;
  readonly #held: HeldSteps;
  #suspending = false;
  #stopping = false;
  #givenUp = false;
  /** Why nothing can be saved any more. */
  #over: unknown;
  readonly #savings = new Savings();
  readonly #snapshots: SnapshotWriter;
  readonly #alarm: AlarmClock;
  readonly #bounds: Pick<Limits, 'maxSteps'>;
  #saidLong = false;
  /** The transaction that the present step is being written in. */
  #committing: Commitment | undefined;

  constructor(run: Run, writer: Writer, parts: EngineParts) {
    this.run = run;
    this.#writer = writer;
    this.#parts = parts;
    this.#bounds = { maxSteps: maxStepsOf(parts.maxSteps, run.flow.atoms.length) };
    this.#signals = new Signals(parts.onFailure === 'abortSiblings');
    this.#statistics = new Statistics(parts.clock);
    this.#held = new HeldSteps(parts.durability);
    this.#snapshots = new SnapshotWriter(writer, parts);
    this.#alarm = new AlarmClock(parts.clock, () => this.#mailbox.ring());
    this.#progress = new ProgressNotes(parts.clock, () => this.#mailbox.ring());
    this.#calls = new Calls(run, parts, this.#signals, {
      finished: (outcome) => this.#mailbox.post({ kind: 'finished', outcomes: [outcome] }),
      ...(parts.journal.capabilities.transactional ? { commit: (commitment: Commitment) => this.#commitLater(commitment) } : {}),
      save: (call, data) => this.#save(call, data),
      progress: (call, path, fraction, details) => this.#note(call, path, fraction, details),
      emit: (path, event, data) => parts.emit({ type: 'emitted', ...this.#common(), path, event, ...(data === undefined ? {} : { data }) }),
    });
  }

  /** Asks to stop between two tasks and to state it. Heard at once; nothing of it is durable before the run rests. */
  suspend(): void {
    this.#suspending = true;
    this.#mailbox.ring();
  }

  /** The wish of an outsider; the step that heeds it uses it up. */
  deliver(message: InboxMessage): void {
    const wish = this.#inbox.take(message, this.run);
    if (wish === 'suspend') this.suspend();
    else if (wish !== undefined) this.#mailbox.post(wish);
  }

  /** Starts nothing more; {@link drive} returns when what is under way has ended. The run stays RUNNING, for anyone to go on. */
  stop(): void {
    this.#stopping = true;
    this.#mailbox.ring();
  }

  /** What is under way is not waited for any longer. */
  giveUp(reason: Error): void {
    this.#givenUp = true;
    this.#writer.giveUp();
    this.#committing?.refuse(reason);
    this.#signals.abort(reason);
    this.#mailbox.ring();
  }

  statistics(): RunStatistics {
    return this.#statistics.of(this.run);
  }

  /**
   * Goes on from a step that is durable already, to the end, a suspension or a stop.
   *
   * @param watch told of each durable step, before what it starts is called: the run waits until it resolves
   * @throws StaleRunError when another engine took the run over
   * @throws PersistenceError when the store is out of reach for too long; the run is as it was
   */
  async drive(first: Decision, watch?: (step: Decision, events: readonly FlowEvent[]) => Promise<void>): Promise<EngineEnd> {
    try {
      let step = first;
      for (;;) {
        const events = this.announce(step);
        if (watch !== undefined) await watch(step, events);
        if (isEnded(this.run.status.state)) return 'ended';
        if (this.run.status.state === 'SUSPENDED') return 'suspended';
        const withdrawn = await this.#begin(step.commands);
        if (this.#isAtRest(withdrawn.length)) return await this.#leave();
        if (withdrawn.length === 0) await this.#arrival();
        if (this.#givenUp) return 'stopped';
        const news = this.#mailbox.take(this.#parts.executor.lockstep ? this.run.frontier.inFlight - withdrawn.length : 0);
        step = await this.#step(
          withdrawn.length > 0 ? { ...news, events: [{ kind: 'notStarted', atoms: withdrawn }, ...news.events] } : news,
        );
      }
    } catch (error) {
      this.#signals.abort(error instanceof Error ? error : new Error(String(error)));
      this.#end(error);
      throw error;
    } finally {
      this.#end(savedTooLate());
    }
  }

  /** What was held back is written, if it still can be: who goes on need not do it again. */
  async #leave(): Promise<EngineEnd> {
    if (!this.#givenUp && !this.#held.isEmpty) await this.#flush();
    return 'stopped';
  }

  async #arrival(): Promise<void> {
    this.#statistics.waits();
    const cancel = this.#held.isEmpty ? undefined : this.#parts.clock.after(HELD_MS, () => this.#writeHeld());
    await this.#mailbox.arrival();
    cancel?.();
    this.#statistics.works();
  }

  #writeHeld(): void {
    this.#held.expire();
    this.#mailbox.ring();
  }

  async #step({ events, commitment }: News): Promise<Decision> {
    this.#savings.begin();
    const heeded = this.#inbox.heeded();
    this.#statistics.hears(this.run, events);
    const news = [...this.#progress.take(), ...events];
    let step: Decision;
    try {
      step = (commitment && (await this.#commit(commitment, news, heeded))) ?? (await this.#stated(news, heeded));
    } catch (error) {
      this.#savings.end(error);
      commitment?.refuse(error);
      throw error;
    }
    this.#savings.done(step);
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
    const { questions } = this.run.frontier;
    // Who was asked what this step said is asked again.
    questions.forget(() => true);
    unwind(this.run, await this.#writer.reload(this.run.status), held, questions);
    if (held.length > 0) {
      this.#held.hold(held);
      await this.#flush(heeded);
      return this.#stated(news, []);
    }
    const change = instead(news, error, this.run.status);
    if (change === undefined) throw error;
    this.#savings.changed(change, error);
    this.#mailbox.postBack(change.later);
    return this.#stated(change.now, heeded);
  }

  /**
   * The step with what a task did in its transaction, written there and committed with it. Without a result the transaction
   * came to nothing, and the run is as if there had been none: the task hears of it, and its call is still under way.
   */
  async #commit(commitment: Commitment, news: readonly EngineEvent[], heeded: readonly string[]): Promise<Decision | undefined> {
    const { outcome, path } = commitment;
    if (!isAwaited(this.run, outcome) || news.some((event) => isEndOf(event, outcome))) {
      commitment.refuse(new TransactionError('TRANSACTION_LATE', path));
      return undefined;
    }
    const held = [...this.#held.transitions];
    const questions = this.run.frontier.questions.copy();
    const step = this.#decide(merged([...news, { kind: 'finished', outcomes: [outcome] }]));
    this.#committing = commitment;
    try {
      if (await this.#writer.commit(commitment, this.#item([...held, ...step.transitions], heeded))) {
        this.#held.take();
        await this.#snapshots.writeIfDue(this.run.status);
        return step;
      }
      unwind(this.run, await this.#writer.reload(this.run.status), held, questions);
      return undefined;
    } finally {
      this.#committing = undefined;
      this.#statistics.works();
    }
  }

  /** Writes a step, or holds it back, as the durability allows. */
  async #keep(step: Decision, heeded: readonly string[]): Promise<void> {
    const isDue = this.#held.add(step) || this.#stopping || heeded.length > 0;
    if (!isDue || (this.#held.isEmpty && heeded.length === 0)) return;
    await this.#flush(heeded);
    await this.#snapshots.writeIfDue(this.run.status);
  }

  async #flush(heeded: readonly string[] = []): Promise<void> {
    if (this.#held.isEmpty) beginEntry(this.run.status);
    await this.#append(this.#held.take(), heeded);
  }

  #decide(events: readonly EngineEvent[]): Decision {
    this.run.entryIsOpen = !this.#held.isEmpty;
    this.run.observed = this.#parts.listening();
    return decide(this.run, events, this.#limits());
  }

  async #append(transitions: readonly Transition[], heeded: readonly string[]): Promise<void> {
    await this.#writer.append(this.#item(transitions, heeded));
    this.#statistics.works();
  }

  /** @param heeded messages that these transitions heed, or that meant nothing */
  #item(transitions: readonly Transition[], heeded: readonly string[]): AppendItem {
    const { status } = this.run;
    const released = this.#stopping && this.run.frontier.inFlight === 0;
    const summary = summaryOf(status, transitions, released);
    const used = [...heeded, ...this.#inbox.restedBy(status)];
    this.#statistics.writes();
    return {
      entry: this.#writer.entry(status, transitions),
      durability: this.#parts.durability === 'relaxed' ? 'relaxed' : 'full',
      ...(summary === undefined ? {} : { summary }),
      ...(used.length === 0 ? {} : { consume: used }),
    };
  }

  /** Calls what the step marked as started, if nothing speaks against it; returns what must be taken back instead. */
  async #begin(commands: readonly Command[]): Promise<readonly number[]> {
    if (commands.length === 0) return [];
    for (const command of commands) if (command.do === 'suspend') this.#suspending = true;
    const hold = this.#hold();
    if (this.#isDoubtful() && commands.some((command) => isCall(command) && mayCall(command, hold))) await this.#flush();
    const withdrawn: number[] = [];
    for (const command of commands) {
      if (!isCall(command)) this.#obey(command);
      // A listener that was told of the call before may have asked to suspend.
      else if (mayCall(command, this.#parts.executor.lockstep ? hold : this.#hold())) this.#call(command);
      else withdrawn.push(command.atom);
    }
    return withdrawn;
  }

  #call(call: CallCommand): void {
    if (this.#parts.listening()) this.#parts.emit(callEvent(this.run, call, this.#common()));
    this.#statistics.calls++;
    this.#calls.start(call);
  }

  #obey(command: Exclude<Command, CallCommand>): void {
    switch (command.do) {
      case 'ask':
        this.#ask(command);
        return;
      case 'sleep':
        this.#alarm.set(command.untilMs);
        return;
      case 'abort':
        this.#signals.abort(new Error('the run goes back: the result of this call is not wanted'), command.atoms);
    }
  }

  #ask({ question, id }: AskCommand): void {
    void this.#calls.ask(question).then((said) => this.#mailbox.post({ kind: 'answered', id, question, ...said }));
  }

  /**
   * This process may have been frozen between the answer of the journal and now, and another one may have gone on: an entry,
   * though it were empty, tells.
   */
  #isDoubtful(): boolean {
    return this.#writer.sinceConfirmedMs() >= (this.#parts.leaseMs * 2) / 3;
  }

  #isAtRest(withdrawing: number): boolean {
    return this.#givenUp || (this.#stopping && withdrawing === 0 && this.run.frontier.inFlight === 0);
  }

  #hold(): Limits['hold'] {
    return this.#suspending ? 'suspend' : this.#stopping ? 'stop' : 'none';
  }

  #isFull(): boolean {
    return isFull(this.run.status, this.#bounds);
  }

  #limits(): Limits {
    return limitsOf(this.#parts, this.run, this.#hold());
  }

  #save(call: CallId, data: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) return reject(this.#over);
      // What is being undone is undone, though it took more steps.
      if (this.#isFull() && this.run.status.atoms[call.atom]?.state === 'RUNNING') return reject(journalFull(this.run.status));
      const event = { kind: 'saved', call, data: this.#parts.codec.encode(data) } as const;
      this.#savings.add({ event, resolve, reject });
      this.#mailbox.post(event);
    });
  }

  #commitLater(commitment: Commitment): void {
    if (this.#over !== undefined) commitment.refuse(this.#over);
    else this.#mailbox.postCommitment(commitment);
  }

  #note(call: CallId, path: string, fraction: number, details?: Readonly<Record<string, unknown>>): void {
    const encoded = details === undefined ? {} : { details: this.#parts.codec.encode(details) };
    if (this.#parts.listening()) {
      this.#parts.emit({ type: 'progress', ...this.#common(), path, fraction, ...(details === undefined ? {} : { details }) });
    }
    if (this.#over === undefined && !this.#isFull()) this.#progress.add({ kind: 'progress', call, fraction, ...encoded });
  }

  /** Nothing more is started or saved: whoever still waits is told. */
  #end(reason: unknown): void {
    this.#over ??= reason;
    this.#alarm.off();
    this.#progress.end();
    this.#savings.end(this.#over);
    this.#mailbox.refuseCommitments(this.#over);
  }

  /** Tells listeners of a durable step. */
  announce(step: Decision): readonly FlowEvent[] {
    if (!this.run.observed) return [];
    const events = eventsOf(this.run, step, this.#common());
    const { maxSteps } = this.#bounds;
    if (!this.#saidLong && isLong(this.run.status, this.#bounds)) {
      this.#saidLong = true;
      events.push({ type: 'journal', ...this.#common(), steps: this.run.status.seq, maxSteps });
    }
    for (const event of events) this.#parts.emit(event);
    return events;
  }

  #common(): { run: string; flow: string; atMs: number } {
    return { run: this.run.status.creation.key, flow: this.run.flow.name, atMs: this.#parts.clock.nowMs() };
  }
}
