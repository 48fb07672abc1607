import {
  type Call,
  type CallEnd,
  CallHere,
  type CallPort,
  type CallRegistry,
  type CallRequest,
  type Controller,
  type Controllers,
  endOfCall,
  newController,
  resultOf,
  runCall,
  savedTooLate,
  storable,
  type Work,
} from '../../calls/index.js';
import type { CompiledAtom } from '../../compilation/index.js';
import type { Clock } from '../../model/clock.js';
import type { Json } from '../../model/json.js';
import type { CommitEnd, TransactionPort } from '../../model/transaction-port.js';
import type { ActiveRun } from '../decide/run.js';
import type { CallCommand, CallId, CallOutcome } from '../state/protocol.js';
import type { CallTimes } from './call-times.js';
import type { CallWatch } from './call-watch.js';
import type { Commitment } from './commitment.js';
import { type ClosablePort, FencedPort } from './fenced-port.js';
import { type ReportMask, reportMaskOf } from './redact-reports.js';
import { UnfencedPort } from './unfenced-port.js';

/** Where the engine hears of its calls. */
export interface CallReceiver {
  /** @param call whose end that is, where it is to hear when that is durable */
  finished(outcome: CallOutcome, call?: Call): void;
  /** Whether a place still has a call that another engine has begun. */
  sought(call: CallId, isFound: boolean): void;
  /** Only where the store takes part in transactions. */
  readonly commit?: (commitment: Commitment) => void;
  /** Resolves when durable. */
  save(call: CallId, data: Json): Promise<void>;
  progress(call: CallId, fraction: number, details?: Json): void;
  emit(call: CallId, event: string, data?: unknown): void;
  /** Its time is over, its code goes on all the same, and is not waited for any more. */
  stuck(call: CallId): void;
}

/** What all calls of a run have in common. */
export interface CallSurroundings {
  readonly run: ActiveRun;
  readonly registry: CallRegistry;
  readonly receiver: CallReceiver;
  readonly controllers: Controllers;
  readonly clock: Clock;
  /** Whether tasks may end with transactions that the store takes no part in. */
  readonly allowUnfenced: boolean;
  /** Says that what this task undoes in such a transaction may be undone again. */
  warnOfUnfenced(path: string): void;
}

/**
 * A call of a run, as it is handed to an executor; what the call says meanwhile comes back through it. Where it is made here, it
 * is the way of the code into the run, too, with that of transactions.
 */
export class CallWork implements Work, CallPort, TransactionPort {
  readonly request: CallRequest;
  readonly command: CallCommand;
  readonly #atom: CompiledAtom;
  readonly #around: CallSurroundings;
  /** What sees to the time of the call; absent: there is no such time. */
  watch: CallWatch | undefined;
  /** What limits it; absent: nothing does. */
  readonly times: CallTimes | undefined;
  /** Absent: the run knows that it is under way. */
  #known: Promise<void> | undefined;
  #isGivenUp = false;
  #controller: Controller | undefined;
  #port: ClosablePort | undefined;

  /** @param times what limits the call; absent: nothing does */
  constructor(request: CallRequest, command: CallCommand, atom: CompiledAtom, around: CallSurroundings, times?: CallTimes) {
    this.request = request;
    this.command = command;
    this.#atom = atom;
    this.#around = around;
    this.times = times;
  }

  callHere(): Call {
    const { registry, controllers } = this.#around;
    // What an earlier call has left listening is not to hear that the time of this one is over.
    this.#controller = this.times === undefined ? controllers.take() : newController();
    return new CallHere(runCall(this.request, registry, this), this.#controller);
  }

  get signal(): AbortSignal {
    return (this.#controller as Controller).signal;
  }

  get deadlineAtMs(): number | undefined {
    return this.times === undefined ? undefined : endOfCall(this.times, this.#around.clock);
  }

  save(data: Json): Promise<void> {
    if (this.#isGivenUp) return Promise.reject(savedTooLate());
    this.watch?.hear();
    const save = (): Promise<void> => this.#around.receiver.save(this.command, data);
    return this.#known === undefined ? save() : this.#known.then(save);
  }

  /**
   * Of a call that another engine has begun: nothing can be saved of it before the run knows that it goes on.
   *
   * @returns what is called then
   */
  waitUntilKnown(): () => void {
    let isKnown: () => void = () => undefined;
    this.#known = new Promise((resolve) => {
      isKnown = resolve;
    });
    return () => {
      isKnown();
      this.#known = undefined;
    };
  }

  heartbeat(): void {
    this.watch?.hear();
  }

  progress(fraction: number, details?: Json): void {
    if (this.#isGivenUp) return;
    this.watch?.hear();
    const masked = details === undefined ? undefined : (this.#mask?.details(details) ?? details);
    this.#around.receiver.progress(this.command, fraction, masked);
  }

  emit(event: string, data?: unknown): void {
    if (this.#isGivenUp) return;
    this.watch?.hear();
    const { receiver } = this.#around;
    const mask = this.#mask;
    if (mask === undefined) receiver.emit(this.command, event, data);
    else receiver.emit(this.command, mask.text(event), data === undefined ? undefined : mask.data(data));
  }

  get transaction(): TransactionPort | undefined {
    return this.#atom.kind === 'task' ? this : undefined;
  }

  open(): void {
    this.#transactionPort().open();
  }

  write(value: unknown, transaction: unknown): Promise<void> {
    return this.#transactionPort().write(value, transaction);
  }

  conclude(end: CommitEnd): Promise<boolean> {
    return this.#transactionPort().conclude(end);
  }

  late(end: CallEnd): void {
    this.#around.receiver.finished(outcomeOf(this.command, end));
  }

  /** The code has not ended, and is not waited for any longer: what it says from now on is dropped. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** The code has ended: says whether that is news, or what it did is known by its transaction. */
  close(): boolean {
    if (this.#controller !== undefined && this.times === undefined) this.#around.controllers.giveBack(this.#controller);
    return this.#port === undefined || this.#port.close();
  }

  get #mask(): ReportMask | undefined {
    return this.#atom.kind === 'task' ? reportMaskOf(this.#around.run, this.#atom) : undefined;
  }

  /** Made when it is asked for: few tasks do. */
  #transactionPort(): ClosablePort {
    this.#port ??= this.#newPort();
    return this.#port;
  }

  #newPort(): ClosablePort {
    const { registry, receiver, allowUnfenced, warnOfUnfenced } = this.#around;
    const { codec } = registry;
    const { path, outputs } = this.#atom;
    const { command } = this;
    const { phase } = command;
    const toResult = (value: unknown) => (phase === 'execute' ? resultOf(path, outputs, value, codec) : storable(value, codec));
    if (receiver.commit !== undefined) return new FencedPort({ call: command, path, resultOf: toResult, commit: receiver.commit });
    return new UnfencedPort({
      phase,
      path,
      isAllowed: allowUnfenced,
      resultOf: toResult,
      finished: (end) => receiver.finished(outcomeOf(command, end)),
      warn: () => warnOfUnfenced(path),
    });
  }
}

export function outcomeOf({ atom, phase, round, turn, attempt }: CallId, end: CallOutcome['end']): CallOutcome {
  return { atom, phase, round, turn, attempt, end };
}
