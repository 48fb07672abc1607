import { isEnded } from '../model/states.js';
import type { Transition } from '../persistence/index.js';
import { callEvent, eventsOf } from './announce.js';
import { type CallParts, Calls } from './calls.js';
import { decide } from './decide.js';
import type { AskCommand, CallCommand, CallId, Command, Decision, EngineEvent, Limits } from './decision.js';
import type { FlowEvent } from './events.js';
import { beginEntry } from './fold.js';
import { Mailbox } from './mailbox.js';
import { askDecider } from './questions.js';
import type { Run } from './step.js';
import { summaryOf, type Writer, type WriterParts } from './writer.js';

/** Everything an engine is handed. */
export interface EngineParts extends WriterParts, CallParts {
  /** Leases last this long; a run that was not confirmed for two thirds of it is confirmed before code is called. */
  readonly leaseMs: number;
  /** `step`: each step is on disk before it counts. `relaxed`: it survives our crash, not the machine's. */
  readonly durability: 'step' | 'relaxed';
  /** Whether anybody listens: else events are not even made. */
  listening(): boolean;
  emit(event: FlowEvent): void;
}

const SAVED_TOO_LATE = 'ctx.save came after the task had ended, or after its run was given up: nothing was saved';

/** Why an engine returned without an error. */
export type EngineEnd = 'ended' | 'suspended' | 'stopped';

interface Saving {
  readonly atom: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Moves one run: appends what {@link decide} says, waits until it is durable, announces it, looked whether it may go
 * on, and only then calls tasks. All input and output of the engine is here and in {@link Calls}.
 */
export class Engine {
  readonly run: Run;
  readonly #parts: EngineParts;
  readonly #writer: Writer;
  readonly #mailbox = new Mailbox();
  readonly #calls: Calls;
  /** Messages of outsiders that ask for a suspension, and an empty one for a wish from inside the process. */
  readonly #suspensions = new Set<string>();
  #suspending = false;
  #stopping = false;
  #givenUp = false;
  #over = false;
  #savings: Saving[] = [];

  constructor(run: Run, writer: Writer, parts: EngineParts) {
    this.run = run;
    this.#writer = writer;
    this.#parts = parts;
    this.#calls = new Calls(run, parts, {
      finished: (outcome) => this.#mailbox.post({ kind: 'finished', outcomes: [outcome] }),
      save: (call, data) => this.#save(call, data),
      progress: (path, fraction, details) =>
        parts.emit({ type: 'progress', ...this.#common(), path, fraction, ...(details === undefined ? {} : { details }) }),
      emit: (path, event, data) => parts.emit({ type: 'emitted', ...this.#common(), path, event, ...(data === undefined ? {} : { data }) }),
    });
  }

  /** Asks to stop between two tasks and to state it; `message` is the inbox row that asks, used up by that step. */
  suspend(message?: string): void {
    if (message !== undefined) this.#suspensions.add(message);
    this.#suspending = true;
    this.#mailbox.ring();
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
    this.#calls.abort(reason);
    this.#mailbox.ring();
  }

  /**
   * Goes on from a step that is durable already, to the end, a suspension or a stop.
   *
   * @throws StaleRunError when another engine took the run over
   * @throws PersistenceError when the store is out of reach for too long; the run is as it was
   */
  async drive(first: Decision): Promise<EngineEnd> {
    try {
      let step = first;
      for (;;) {
        this.#announce(step.transitions);
        if (isEnded(this.run.status.state)) return 'ended';
        if (this.run.status.state === 'SUSPENDED') return 'suspended';
        const withdrawn = await this.#begin(step.commands);
        if (this.#isAtRest(withdrawn.length)) return 'stopped';
        if (withdrawn.length === 0) await this.#mailbox.arrival();
        if (this.#givenUp) return 'stopped';
        const news = this.#mailbox.take(this.#parts.executor.lockstep ? this.run.frontier.inFlight - withdrawn.length : 0);
        step = await this.#step(withdrawn.length > 0 ? [{ kind: 'notStarted', atoms: withdrawn }, ...news] : news);
      }
    } catch (error) {
      this.#calls.abort(error instanceof Error ? error : new Error(String(error)));
      this.#end(error);
      throw error;
    } finally {
      this.#end(new Error(SAVED_TOO_LATE));
    }
  }

  async #step(events: readonly EngineEvent[]): Promise<Decision> {
    const savings = this.#savings;
    this.#savings = [];
    const step = decide(this.run, events, this.#limits());
    try {
      if (step.transitions.length > 0) await this.#append(step.transitions);
    } catch (error) {
      for (const saving of savings) saving.reject(error);
      throw error;
    }
    for (const { atom, resolve, reject } of savings) {
      if (step.transitions.some((transition) => transition[0] === 'SAVED' && transition[1] === atom)) resolve();
      else reject(new Error(SAVED_TOO_LATE));
    }
    return step;
  }

  async #append(transitions: readonly Transition[]): Promise<void> {
    const { status } = this.run;
    const released = this.#stopping && this.run.frontier.inFlight === 0;
    const summary = summaryOf(status, transitions, released);
    const used = isEnded(status.state) || status.state === 'SUSPENDED' ? [...this.#suspensions] : [];
    await this.#writer.append({
      entry: this.#writer.entry(status, transitions),
      durability: this.#parts.durability === 'relaxed' ? 'relaxed' : 'full',
      ...(summary === undefined ? {} : { summary }),
      ...(used.length === 0 ? {} : { consume: used }),
    });
  }

  /** Calls what the step marked as started, if nothing speaks against it; returns what must be taken back instead. */
  async #begin(commands: readonly Command[]): Promise<readonly number[]> {
    if (commands.length === 0) return [];
    const hold = this.#limits().hold;
    // What was lost with another engine is called even when the run is to be suspended: it holds nothing unknown then.
    const mayCall = (call: CallCommand): boolean => hold === 'none' || (hold === 'suspend' && call.attempt > 1);
    const calls = commands.filter((command): command is CallCommand => command.do !== 'ask');
    const made = calls.filter(mayCall);
    if (made.length > 0 && this.#isDoubtful()) await this.#confirm();
    for (const command of commands) if (command.do === 'ask') this.#ask(command);
    for (const call of made) {
      this.#announceCall(call);
      this.#calls.start(call);
    }
    return calls.filter((call) => !mayCall(call)).map(({ atom }) => atom);
  }

  #ask({ decider, question }: AskCommand): void {
    void askDecider(this.run, decider, this.#parts.codec).then((said) =>
      this.#mailbox.post({ kind: 'answered', decider, question, ...said }),
    );
  }

  /** This process may have been frozen between the answer of the journal and now, and another one may have gone on. */
  #isDoubtful(): boolean {
    return this.#writer.sinceConfirmedMs() >= (this.#parts.leaseMs * 2) / 3;
  }

  /** An empty step asks the journal whether the run is still ours. */
  async #confirm(): Promise<void> {
    beginEntry(this.run.status);
    await this.#append([]);
  }

  #isAtRest(withdrawing: number): boolean {
    return this.#givenUp || (this.#stopping && withdrawing === 0 && this.run.frontier.inFlight === 0);
  }

  #limits(): Limits {
    return { capacity: this.#parts.executor.capacity, hold: this.#suspending ? 'suspend' : this.#stopping ? 'stop' : 'none' };
  }

  #save(call: CallId, data: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new Error(SAVED_TOO_LATE));
      const encoded = this.#parts.codec.encode(data);
      this.#savings.push({ atom: call.atom, resolve, reject });
      this.#mailbox.post({ kind: 'saved', call, data: encoded });
    });
  }

  /** Nothing more is started or saved: whoever still waits is told. */
  #end(reason: unknown): void {
    this.#over = true;
    for (const saving of this.#savings) saving.reject(reason);
    this.#savings = [];
  }

  #announce(transitions: readonly Transition[]): void {
    if (!this.#parts.listening()) return;
    for (const event of eventsOf(this.run, transitions, this.#common())) this.#parts.emit(event);
  }

  #announceCall({ atom, do: phase }: CallCommand): void {
    if (!this.#parts.listening()) return;
    this.#parts.emit(callEvent(this.run, atom, phase === 'execute' ? 'RUNNING' : 'REVERTING', this.#common()));
  }

  #common(): { run: string; flow: string; atMs: number } {
    return { run: this.run.status.creation.key, flow: this.run.flow.name, atMs: this.#parts.clock.nowMs() };
  }
}
