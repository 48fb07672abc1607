import { RunStuckError } from '../../model/errors.js';
import { endOfLongTurn } from '../../model/event-loop.js';
import { asError } from '../../model/in-words.js';
import { isEnded } from '../../model/states.js';
import type { InboxMessage } from '../../persistence/index.js';
import { Calls } from '../calls/calls.js';
import { Signals } from '../calls/signals.js';
import { isCall, mayCall } from '../decide/call-commands.js';
import { isLong, maxStepsOf } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import type { FlowEvent } from '../events/events.js';
import { callEvent, eventsOf } from '../events/step-events.js';
import { type EngineParts, limitsOf } from '../record/engine-context.js';
import { EventQueue } from '../record/event-queue.js';
import { OperatorMessages } from '../record/operator-messages.js';
import { savedTooLate } from '../record/pending-saves.js';
import { Recorder } from '../record/recorder.js';
import { type RunStatistics, Statistics } from '../record/statistics.js';
import type { Writer } from '../record/writer.js';
import type { AskCommand, CallCommand, Command, Decision, EngineEvent, GiveUpCommand, Limits } from '../state/protocol.js';
import { CallReports } from './call-reports.js';
import { Timer } from './timer.js';

/** What is held back is written after so long, if nothing else happens. */
const HELD_MS = 1_000;

/** Why an engine returned without an error. */
export type EngineEnd = 'ended' | 'suspended' | 'stopped';

/**
 * Moves one run: has what it means stated and made durable, announces it, looks whether it may go on, and only then
 * calls tasks. All input and output of the engine is here, in {@link Recorder} and in {@link Calls}.
 */
export class Engine {
  readonly run: Run;
  readonly #parts: EngineParts;
  readonly #writer: Writer;
  readonly #queue = new EventQueue();
  readonly #messages = new OperatorMessages();
  readonly #signals: Signals;
  readonly #calls: Calls;
  readonly #reports: CallReports;
  readonly #statistics: Statistics;
  readonly #recorder: Recorder;
  #suspending = false;
  #stopping = false;
  #givenUp = false;
  #stopWatching: (() => void) | undefined;
  readonly #timer: Timer;
  readonly #bounds: Pick<Limits, 'maxSteps'>;
  #saidLong = false;

  constructor(run: Run, writer: Writer, parts: EngineParts) {
    this.run = run;
    this.#writer = writer;
    this.#parts = parts;
    this.#bounds = { maxSteps: maxStepsOf(parts.maxSteps, run.flow.atoms.length) };
    this.#reports = new CallReports({ run, parts, bounds: this.#bounds, queue: this.#queue, common: () => this.#common() });
    this.#signals = new Signals(parts.onFailure === 'abortSiblings');
    this.#statistics = new Statistics(parts.clock);
    this.#recorder = new Recorder({
      run,
      writer,
      parts,
      queue: this.#queue,
      messages: this.#messages,
      saves: this.#reports.saves,
      statistics: this.#statistics,
      limits: () => limitsOf(parts, run, this.#hold()),
      isStopping: () => this.#stopping,
    });
    this.#timer = new Timer(parts.clock, () => this.#queue.ring());
    this.#calls = new Calls(run, parts, this.#signals, this.#reports.doors());
  }

  /** Asks to stop between two tasks and to state it. Heard at once; nothing of it is durable before the run rests. */
  suspend(): void {
    this.#suspending = true;
    this.#queue.ring();
  }

  /** The wish of an outsider; the step that heeds it uses it up. */
  deliver(message: InboxMessage): void {
    const wish = this.#messages.take(message, this.run);
    if (wish === 'suspend') this.suspend();
    else if (wish !== undefined) this.#queue.post(wish);
  }

  /** Starts nothing more; {@link drive} returns when what is under way has ended. The run stays RUNNING, for anyone to go on. */
  stop(): void {
    this.#stopping = true;
    this.#stopWatching?.();
    this.#queue.ring();
  }

  /** What is under way is not waited for any longer. */
  giveUp(reason: Error): void {
    this.#givenUp = true;
    this.#stopWatching?.();
    this.#writer.giveUp();
    this.#recorder.refuse(reason);
    this.#signals.abort(reason);
    this.#queue.ring();
  }

  statistics(): RunStatistics {
    return this.#statistics.of(this.run);
  }

  /**
   * Goes on from a step that is durable already, to the end, a suspension or a stop.
   *
   * @param watch told of each durable step, before what it starts is called: the run waits until it resolves, or is stopped
   * @throws StaleRunError when another engine took the run over
   * @throws PersistenceError when the store is out of reach for too long; the run is as it was
   */
  async drive(first: Decision, watch?: (step: Decision, events: readonly FlowEvent[]) => Promise<void>): Promise<EngineEnd> {
    try {
      let step = first;
      for (;;) {
        const events = this.announce(step);
        if (watch !== undefined && !this.#stopping) await this.#untilStopped(watch(step, events));
        if (isEnded(this.run.status.state)) return 'ended';
        if (this.run.status.state === 'SUSPENDED') return 'suspended';
        const withdrawn = await this.#begin(step.commands);
        if (this.#isAtRest(withdrawn.length)) return await this.#leave();
        if (withdrawn.length === 0) await this.#arrival();
        const turn = endOfLongTurn();
        if (turn !== undefined) await turn;
        if (this.#givenUp) return 'stopped';
        const news = this.#queue.take(this.#parts.executor.lockstep ? this.run.frontier.inFlight - withdrawn.length : 0);
        const said = [...this.#reports.notes(), ...notStarted(withdrawn), ...news.events];
        step = await this.#recorder.step({ ...news, events: said });
      }
    } catch (error) {
      this.#signals.abort(asError(error));
      this.#end(error);
      throw error;
    } finally {
      this.#end(savedTooLate());
    }
  }

  /** Whoever looks at each step may never ask for the next one. */
  async #untilStopped(watching: Promise<void>): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stopWatching = resolve;
        watching.then(resolve, reject);
      });
    } finally {
      this.#stopWatching = undefined;
    }
  }

  /** What was held back is written, if it still can be: who goes on need not do it again. Others take the run at once. */
  async #leave(): Promise<EngineEnd> {
    if (this.#givenUp) return 'stopped';
    if (this.#recorder.isHolding) await this.#recorder.flush();
    // Where that fails, they take it when the lease of this process is over.
    else if (!this.#recorder.isReleased) await this.#recorder.flush().catch(() => undefined);
    return 'stopped';
  }

  /** @throws RunStuckError always */
  async #leaveStuck({ report }: GiveUpCommand): Promise<never> {
    await this.#recorder.release();
    throw new RunStuckError(this.run.status.creation.key, this.run.flow.name, report);
  }

  async #arrival(): Promise<void> {
    this.#statistics.waits();
    const cancel = this.#recorder.isHolding ? this.#parts.clock.after(HELD_MS, () => this.#writeHeld()) : undefined;
    await this.#queue.arrival();
    cancel?.();
    this.#statistics.works();
  }

  #writeHeld(): void {
    this.#recorder.expire();
    this.#queue.ring();
  }

  /** Calls what the step marked as started, if nothing speaks against it; returns what must be taken back instead. */
  async #begin(commands: readonly Command[]): Promise<readonly number[]> {
    if (commands.length === 0) return [];
    for (const command of commands) {
      if (command.do === 'suspend') this.#suspending = true;
      if (command.do === 'giveUp') await this.#leaveStuck(command);
    }
    const hold = this.#hold();
    if (this.#isDoubtful() && commands.some((command) => reachesCode(command, hold))) await this.#recorder.flush();
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
        this.#timer.set(command.untilMs);
        return;
      case 'abort':
        this.#signals.abortForward(new Error('the run goes back: the result of this call is not wanted'), command.atoms);
    }
  }

  #ask({ question, id }: AskCommand): void {
    void this.#calls.ask(question).then((said) => this.#queue.post({ kind: 'answered', id, question, ...said }));
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

  /** Nothing more is started or saved: whoever still waits is told. */
  #end(reason: unknown): void {
    this.#timer.off();
    this.#reports.end(reason);
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

  #common(): { runId: string; flow: string; atMs: number } {
    return { runId: this.run.status.creation.key, flow: this.run.flow.name, atMs: this.#parts.clock.nowMs() };
  }
}

/** Whether code of the user is called, or asked. */
function reachesCode(command: Command, hold: Limits['hold']): boolean {
  return command.do === 'ask' || (isCall(command) && mayCall(command, hold));
}

function notStarted(atoms: readonly number[]): readonly EngineEvent[] {
  return atoms.length === 0 ? [] : [{ kind: 'notStarted', atoms }];
}
