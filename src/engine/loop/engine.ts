import { RunStuckError } from '../../model/errors.js';
import { endOfLongTurn } from '../../model/event-loop.js';
import { asError } from '../../model/in-words.js';
import { isEnded } from '../../model/states.js';
import type { InboxMessage, WakeTime } from '../../persistence/index.js';
import { Calls } from '../calls/calls.js';
import type { RunSlots } from '../calls/run-slots.js';
import { maxStepsOf } from '../decide/full-journal.js';
import type { ActiveRun } from '../decide/run.js';
import type { FlowEvent } from '../events/events.js';
import { type EngineContext, limitsOf } from '../record/engine-context.js';
import { EventQueue } from '../record/event-queue.js';
import { OperatorMessages } from '../record/operator-messages.js';
import { savedTooLate } from '../record/pending-saves.js';
import { Recorder } from '../record/recorder.js';
import { type RunStatistics, Statistics } from '../record/statistics.js';
import type { Writer } from '../record/writer.js';
import { type Command, type EngineEvent, type GiveUpCommand, type Limits, lettingGoOf, type StepPlan } from '../state/protocol.js';
import { Announcer } from './announcer.js';
import { CallReports } from './call-reports.js';
import { CommandRunner } from './command-runner.js';
import { Timer } from './timer.js';

/** What is held back is written after so long, if nothing else happens. */
const HELD_MS = 1_000;

/** Why an engine returned without an error. */
export type EngineEnd = 'ended' | 'suspended' | 'asleep' | 'stopped';

/**
 * Moves one run: has what it means stated and made durable, announces it, looks whether it may go on, and only then
 * calls tasks. All input and output of the engine is here, in {@link Recorder} and in {@link Calls}.
 */
export class Engine {
  readonly run: ActiveRun;
  readonly #context: Pick<EngineContext, 'clock' | 'executors' | 'graceMs' | 'leaseMs'>;
  readonly #writer: Writer;
  readonly #queue = new EventQueue();
  readonly #messages = new OperatorMessages();
  readonly #calls: Calls;
  readonly #announcer: Announcer;
  readonly #commands: CommandRunner;
  readonly #reports: CallReports;
  readonly #statistics: Statistics;
  readonly #recorder: Recorder;
  #suspending = false;
  #stopping = false;
  #givenUp = false;
  #wakeAtMs: WakeTime = 'never';
  #leftMessages = false;
  #endGrace: (() => void) | undefined;
  /** Its first step has let go of the run. */
  readonly #letsGo: boolean;
  #stopWatching: (() => void) | undefined;
  readonly #timer: Timer;
  readonly #slots: RunSlots;

  /**
   * @param first the step that it begins with, which is durable
   * @param slots that it has for the calls of that step
   */
  constructor(run: ActiveRun, writer: Writer, context: EngineContext, first: StepPlan, slots: RunSlots) {
    this.run = run;
    this.#letsGo = lettingGoOf(first) !== undefined;
    this.#slots = slots;
    this.#writer = writer;
    this.#context = context;
    const bounds = { maxSteps: maxStepsOf(context.maxSteps, run.flow.atoms.length) };
    const queue = this.#queue;
    this.#announcer = new Announcer(run, context, bounds);
    this.#reports = new CallReports({ run, context, bounds, queue, announcer: this.#announcer });
    this.#calls = new Calls(run, context, this.#reports.receiver(), slots);
    this.#statistics = new Statistics(context.clock);
    this.#recorder = new Recorder({
      run,
      writer,
      settings: context,
      queue,
      messages: this.#messages,
      saves: this.#reports.saves,
      statistics: this.#statistics,
      limits: () => limitsOf(context, run, this.#hold(), slots),
      decided: (step) => slots.decided(step),
      isStopping: () => this.#stopping,
    });
    this.#timer = new Timer(context.clock, () => queue.ring());
    slots.attach(
      () => queue.ring(),
      (event) => queue.post(event),
      (atom, limit, outcome) => this.#announcer.slot(atom, limit, outcome),
    );
    this.#commands = new CommandRunner({
      calls: this.#calls,
      timer: this.#timer,
      queue,
      announcer: this.#announcer,
      statistics: this.#statistics,
      lockstep: context.executors.own.executor.lockstep === true,
      hold: () => this.#hold(),
      isDoubtful: () => this.#isDoubtful(),
      confirm: () => this.#recorder.flush(),
      beginGrace: () => this.#beginGrace(),
    });
  }

  /**
   * Asks to stop between two tasks and to state it. Heard at once; nothing of it is durable before the run rests.
   *
   * @returns false: the run is being let go of, and only a message in its inbox is heard by who takes it next
   */
  suspend(): boolean {
    if (this.#isLettingGo) return false;
    this.#suspending = true;
    this.#queue.ring();
    return true;
  }

  get #isLettingGo(): boolean {
    return this.#letsGo || this.#recorder.isLettingGo;
  }

  /** Whether messages came while the run was let go of: it is due for them. */
  get leftMessages(): boolean {
    return this.#leftMessages;
  }

  /** Takes a message of an operator: the next step acts on it, and consumes it. */
  deliver(message: InboxMessage): void {
    if (this.#isLettingGo) {
      this.#leftMessages = true;
      return;
    }
    const event = this.#messages.take(message, this.run);
    if (event === 'suspend') this.suspend();
    else if (event !== undefined) this.#queue.post(event);
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
    this.#recorder.abandonCommit(reason);
    this.#calls.abort(reason);
    this.#calls.abandon();
    this.#queue.ring();
  }

  /** Gives the events of a durable step to listeners. */
  announce(step: StepPlan): readonly FlowEvent[] {
    return this.#announcer.step(step, this.#writer.takeUnheard());
  }

  /** When the run is due that it has let go of. */
  get wakeAtMs(): WakeTime {
    return this.#wakeAtMs;
  }

  statistics(): RunStatistics {
    return this.#statistics.of(this.run, this.#calls.stuckCount);
  }

  /**
   * Goes on from a step that is durable already, to the end, a suspension, a stop, or until it is let go of.
   *
   * @param watch gets each durable step, before what it starts is called: the run waits until it resolves, or is stopped
   * @throws StaleRunError when another engine took the run over
   * @throws PersistenceError when the store is out of reach for too long; the run is as it was
   */
  async drive(first: StepPlan, watch?: (step: StepPlan, events: readonly FlowEvent[]) => Promise<void>): Promise<EngineEnd> {
    try {
      let step = first;
      for (;;) {
        this.#slots.written();
        const announced = this.announce(step);
        if (watch !== undefined && !this.#stopping) await this.#untilStopped(watch(step, announced));
        if (isEnded(this.run.status.state)) return 'ended';
        if (this.run.status.state === 'SUSPENDED') return 'suspended';
        const rest = lettingGoOf(step);
        if (rest !== undefined) this.#wakeAtMs = rest.untilMs ?? 'never';
        if (rest !== undefined) return 'asleep';
        const withdrawn = await this.#begin(step.commands);
        if (this.#isAtRest(withdrawn.length)) return await this.#leave();
        if (withdrawn.length === 0) await this.#arrival();
        const turn = endOfLongTurn();
        if (turn !== undefined) await turn;
        if (this.#givenUp) return 'stopped';
        const news = this.#queue.take(this.#context.executors.own.executor.lockstep ? this.run.frontier.inFlight - withdrawn.length : 0);
        const ended = this.#reports.takeEnded();
        const events = [...this.#reports.notes(), ...notStarted(withdrawn), ...news.events];
        step = await this.#recorder.step({ ...news, events });
        for (const call of ended) call.recorded?.();
      }
    } catch (error) {
      this.#calls.abort(asError(error));
      this.#context.clock.after(this.#context.graceMs, () => this.#calls.abandon(), { keepsAlive: false });
      this.#end(error);
      throw error;
    } finally {
      this.#end(savedTooLate());
    }
  }

  /** A caller that takes a run step by step may never ask for the next one: then `stop` ends the wait. */
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
    const cancel = this.#recorder.isHolding ? this.#context.clock.after(HELD_MS, () => this.#writeHeld()) : undefined;
    await this.#queue.arrival();
    cancel?.();
    this.#statistics.works();
  }

  #writeHeld(): void {
    this.#recorder.expire();
    this.#queue.ring();
  }

  /** What was aborted and goes on all the same is ended by force, where it can be, and the run goes on without it. */
  #beginGrace(): void {
    this.#endGrace ??= this.#context.clock.after(this.#context.graceMs, () => {
      this.#calls.abandonForward();
      this.#queue.post({ kind: 'graceOver' });
    });
  }

  /** Carries the commands of a step out; returns the atoms whose calls must be taken back instead. */
  #begin(commands: readonly Command[]): Promise<readonly number[]> {
    for (const command of commands) {
      if (command.do === 'suspend') this.#suspending = true;
      if (command.do === 'giveUp') return this.#leaveStuck(command);
    }
    return this.#commands.run(commands);
  }

  /**
   * This process may have been frozen between the answer of the journal and now, and another one may have gone on: an entry,
   * though it were empty, tells.
   */
  #isDoubtful(): boolean {
    return this.#writer.sinceConfirmedMs() >= (this.#context.leaseMs * 2) / 3;
  }

  #isAtRest(withdrawing: number): boolean {
    return this.#givenUp || (this.#stopping && withdrawing === 0 && this.run.frontier.inFlight === 0);
  }

  #hold(): Limits['hold'] {
    return this.#suspending ? 'suspend' : this.#stopping ? 'stop' : 'none';
  }

  /** Nothing more is started or saved: what still waits for `ctx.save` rejects. */
  #end(reason: unknown): void {
    this.#timer.off();
    this.#endGrace?.();
    this.#slots.leave(this.#stopping);
    this.#reports.end(reason);
  }
}

function notStarted(atoms: readonly number[]): readonly EngineEvent[] {
  return atoms.length === 0 ? [] : [{ kind: 'notStarted', atoms }];
}
