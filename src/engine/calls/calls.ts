import type { CustomRetryDefinition, Resolve } from '../../authoring/index.js';
import {
  type Call,
  type CallEnd,
  CallHere,
  type CallMessages,
  type CallRegistry,
  type CallRequest,
  Controllers,
  type Executor,
  runCall,
} from '../../calls/index.js';
import type { CompiledAtom, CompiledDecider, CompiledFlow, CompiledRetry, CompiledTask, CompiledWait } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { describeUnfencedRevert } from '../../model/errors.js';
import { toFailure } from '../../model/failure.js';
import { wasNotBegun } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import type { Answer, AskCommand, CallCommand, OnFailure } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import { isOfMissingValue } from '../state/values.js';
import type { AppSlots, CallSlot } from './app-slots.js';
import { type CallReceiver, type CallSurroundings, CallWork, outcomeOf } from './call-work.js';
import { ForeignCall, reattachedCall } from './foreign-call.js';
import { Requests } from './requests.js';
import type { RunSlots } from './run-slots.js';

/** What calls need from the app. */
export interface CallParts {
  readonly executor: Executor;
  /** Calls of all runs of the app at once; absent: no bound. */
  readonly slots?: AppSlots | undefined;
  readonly codec: Codec;
  readonly services: object;
  readonly resolve?: Resolve;
  readonly onFailure: OnFailure;
  /** Whether tasks may end with transactions that the store takes no part in. */
  readonly allowUnfenced: boolean;
}

interface UnderWay {
  readonly work: CallWork;
  readonly call: Call;
  readonly slot: CallSlot | undefined;
  /** Its place in the list. */
  at: number;
}

/** Has the code of the user called for one run: tasks by the executor, retries and deciders beside the engine. */
export class Calls {
  readonly #run: Run;
  readonly #executor: Executor;
  readonly #appSlots: AppSlots | undefined;
  readonly #slots: RunSlots | undefined;
  readonly #requests: Requests;
  readonly #around: CallSurroundings;
  readonly #underWay: UnderWay[] = [];
  readonly #asked = new Set<Call>();
  #hasWarned = false;

  constructor(run: Run, parts: CallParts, receiver: CallReceiver, slots?: RunSlots) {
    const { executor, allowUnfenced } = parts;
    this.#run = run;
    this.#executor = executor;
    this.#appSlots = parts.slots;
    this.#slots = slots;
    this.#requests = new Requests(run);
    const warnOfUnfenced = (path: string): void => this.#warnOfUnfenced(path);
    this.#around = {
      run,
      registry: registryOf(run.flow, parts),
      receiver,
      controllers: new Controllers(parts.onFailure !== 'abortSiblings'),
      allowUnfenced,
      warnOfUnfenced,
    };
  }

  start(command: CallCommand): void {
    const atom = this.#run.flow.atoms[command.atom] as CompiledAtom;
    const request = this.#requestOf(command, atom);
    const work = new CallWork(request, command, atom, this.#around);
    const slot = this.#slots?.begin();
    const begin = (): Call => this.#begin(work, command, atom);
    const call = slot === undefined || this.#appSlots === undefined ? begin() : this.#appSlots.within(slot, begin);
    const underWay = { work, call, slot, at: this.#underWay.length };
    this.#underWay.push(underWay);
    void call.end.then((end) => this.#ended(underWay, end));
  }

  /** What the user's code says, or why it could not. */
  async ask(command: AskCommand): Promise<Answer> {
    const { registry, controllers } = this.#around;
    const controller = controllers.take();
    try {
      const port = { ...SAYS_NOTHING, signal: controller.signal };
      const call = new CallHere(runCall(this.#questionOf(command), registry, port), controller);
      this.#asked.add(call);
      const end = await call.end;
      this.#asked.delete(call);
      controllers.giveBack(controller);
      return end.kind === 'result' ? { answer: end.result } : { answer: undefined, failure: end.failure };
    } catch (error) {
      return { answer: undefined, failure: toFailure(error) };
    }
  }

  #requestOf(command: CallCommand, atom: CompiledAtom): CallRequest {
    switch (atom.kind) {
      case 'task':
        return this.#requests.task(command, atom);
      case 'retry':
        return this.#requests.retry(atom, command);
      case 'wait':
        throw new Error(`'${atom.path}' waits: nothing of it is called`);
    }
  }

  #questionOf({ question, id }: AskCommand): CallRequest {
    const { flow } = this.#run;
    if (question.about === 'node') return this.#requests.decider(question.decider, deciderOf(flow, question.decider), id);
    if (question.about === 'signal') return this.#requests.signal(flow.atoms[question.atom] as CompiledWait, id);
    return this.#requests.retry(flow.atoms[question.retry] as CompiledRetry, { question, id });
  }

  /** Tells all calls that are under way that their results are not wanted. */
  abort(reason: Error): void {
    for (const underWay of this.#underWay) abort(underWay, reason);
    for (const call of this.#asked) call.abort(reason);
  }

  /** Tells these calls, or all, that what they do will be undone: those that execute. What is being undone goes on to its end. */
  abortForward(reason: Error, atoms?: readonly number[]): void {
    for (const underWay of this.#underWay) {
      const { phase, atom } = underWay.work.command;
      if (phase === 'execute' && (atoms === undefined || atoms.includes(atom))) abort(underWay, reason);
    }
    if (atoms === undefined) for (const call of this.#asked) call.abort(reason);
  }

  /** What was told to end and has not is ended by force, where that can be; others have its slots. */
  abandon(): void {
    for (const { call, slot } of this.#underWay) {
      call.kill();
      slot?.end();
    }
  }

  #begin(work: CallWork, command: CallCommand, atom: CompiledAtom): Call {
    if (atom.kind === 'retry') return work.callHere();
    if (command.phase === 'revert' && this.#didNothing(command.atom)) return NOTHING_TO_UNDO;
    try {
      if (command.again && this.#executor.reattach !== undefined) return new ForeignCall(reattachedCall(this.#executor, work));
      const call = this.#executor.start(work);
      return call instanceof CallHere ? call : new ForeignCall(call);
    } catch (thrown) {
      return endedCall({ kind: 'failure', failure: toFailure(thrown) });
    }
  }

  /**
   * It failed before it could be called: there is nothing to undo, and its revert would miss the same values. A value that is
   * missing was so for calls that were lost, too; a journal that is full may have become so after them.
   */
  #didNothing(atom: number): boolean {
    const { failure, interruptions } = atomOf(this.#run.status, atom);
    return isOfMissingValue(failure) || (interruptions === 0 && wasNotBegun(failure));
  }

  #ended(ended: UnderWay, end: CallEnd): void {
    // The last one takes its place: to look for it would take as long as there are many.
    const last = this.#underWay.pop() as UnderWay;
    if (last !== ended) {
      this.#underWay[ended.at] = last;
      last.at = ended.at;
    }
    const { work, slot } = ended;
    slot?.end();
    if (work.close()) this.#around.receiver.finished(outcomeOf(work.command, end));
  }

  /** Once a run. */
  #warnOfUnfenced(path: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(describeUnfencedRevert(path), { type: 'FlowproofWarning', code: 'NOT_TRANSACTIONAL' });
  }
}

function abort({ call, slot }: UnderWay, reason: Error): void {
  call.abort(reason);
  slot?.abort();
}

/** The code of this process, for the flow of one run. */
function registryOf(flow: CompiledFlow, { codec, services, resolve }: CallParts): CallRegistry {
  return {
    codec,
    services,
    resolve,
    task: ({ atom }) => flow.atoms[atom] as CompiledTask,
    retry: (atom) => flow.atoms[atom] as CompiledRetry & { readonly retry: CustomRetryDefinition },
    decider: (index) => deciderOf(flow, index),
    wait: (atom) => flow.atoms[atom] as CompiledWait,
  };
}

function deciderOf(flow: CompiledFlow, index: number): CompiledDecider {
  const decider = flow.deciders?.[index];
  if (decider === undefined) throw new Error(`there is no decider ${index}`);
  return decider;
}

/** Retries and deciders have nothing to report while they are asked. */
const SAYS_NOTHING: CallMessages = { save: () => Promise.resolve(), progress: () => undefined, emit: () => undefined };

function endedCall(end: CallEnd): Call {
  return { end: Promise.resolve(end), abort: () => undefined, kill: () => undefined };
}

const NOTHING_TO_UNDO = endedCall({ kind: 'result' });
