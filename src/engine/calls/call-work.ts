import {
  type Call,
  CallHere,
  type CallPort,
  type CallRegistry,
  type CallRequest,
  type Controller,
  type Controllers,
  resultOf,
  runCall,
  storable,
  type Work,
} from '../../calls/index.js';
import type { CompiledAtom } from '../../compilation/index.js';
import type { Json } from '../../model/json.js';
import type { CommitEnd, TaskDoor } from '../../model/task-door.js';
import type { Run } from '../decide/step.js';
import type { CallCommand, CallId, CallOutcome } from '../state/protocol.js';
import type { Commitment } from './commitment.js';
import { type Discretion, discretionOf } from './redact-reports.js';
import { CallDoor, type EndingDoor } from './transaction-port.js';
import { UnfencedDoor } from './unfenced-port.js';

/** Where the engine hears of its calls. */
export interface CallReceiver {
  finished(outcome: CallOutcome): void;
  /** Only where the store takes part in transactions. */
  readonly commit?: (commitment: Commitment) => void;
  /** Resolves when durable. */
  save(call: CallId, data: Json): Promise<void>;
  progress(call: CallId, path: string, fraction: number, details?: Json): void;
  emit(path: string, event: string, data?: unknown): void;
}

/** What all calls of a run have in common. */
export interface CallSurroundings {
  readonly run: Run;
  readonly registry: CallRegistry;
  readonly receiver: CallReceiver;
  readonly controllers: Controllers;
  /** Whether tasks may end with transactions that the store takes no part in. */
  readonly allowUnfenced: boolean;
  /** Says that what this task undoes in such a transaction may be undone again. */
  warnOfUnfenced(path: string): void;
}

/**
 * A call of a run, as it is handed to an executor; what the call says meanwhile comes back through it. Where it is made here, it
 * is the way of the code into the run, too, with that of transactions.
 */
export class CallWork implements Work, CallPort, TaskDoor {
  readonly request: CallRequest;
  readonly command: CallCommand;
  readonly #atom: CompiledAtom;
  readonly #around: CallSurroundings;
  #controller: Controller | undefined;
  #door: EndingDoor | undefined;

  constructor(request: CallRequest, command: CallCommand, atom: CompiledAtom, around: CallSurroundings) {
    this.request = request;
    this.command = command;
    this.#atom = atom;
    this.#around = around;
  }

  callHere(): Call {
    const { registry, controllers } = this.#around;
    this.#controller = controllers.take();
    return new CallHere(runCall(this.request, registry, this), this.#controller);
  }

  get signal(): AbortSignal {
    return (this.#controller as Controller).signal;
  }

  save(data: Json): Promise<void> {
    return this.#around.receiver.save(this.command, data);
  }

  progress(fraction: number, details?: Json): void {
    const masked = details === undefined ? undefined : (this.#discretion?.details(details) ?? details);
    this.#around.receiver.progress(this.command, this.#atom.path, fraction, masked);
  }

  emit(event: string, data?: unknown): void {
    const { receiver } = this.#around;
    const discretion = this.#discretion;
    if (discretion === undefined) receiver.emit(this.#atom.path, event, data);
    else receiver.emit(this.#atom.path, discretion.text(event), data === undefined ? undefined : discretion.data(data));
  }

  get transaction(): TaskDoor | undefined {
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

  /** The code has ended: says whether that is news, or what it did is known by its transaction. */
  close(): boolean {
    if (this.#controller !== undefined) this.#around.controllers.giveBack(this.#controller);
    return this.#door === undefined || this.#door.close();
  }

  get #discretion(): Discretion | undefined {
    return this.#atom.kind === 'task' ? discretionOf(this.#around.run, this.#atom) : undefined;
  }

  /** Made when it is asked for: few tasks do. */
  #transactionPort(): EndingDoor {
    this.#door ??= this.#newPort();
    return this.#door;
  }

  #newPort(): EndingDoor {
    const { registry, receiver, allowUnfenced, warnOfUnfenced } = this.#around;
    const { codec } = registry;
    const { path, outputs } = this.#atom;
    const { command } = this;
    const { phase } = command;
    const toResult = (value: unknown) => (phase === 'execute' ? resultOf(path, outputs, value, codec) : storable(value, codec));
    if (receiver.commit !== undefined) return new CallDoor({ call: command, path, resultOf: toResult, commit: receiver.commit });
    return new UnfencedDoor({
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
