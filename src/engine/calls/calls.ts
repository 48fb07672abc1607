import type { CustomRetryDefinition, Resolve } from '../../authoring/index.js';
import {
  type Call,
  type CallEnd,
  CallHere,
  type CallRegistry,
  type CallRequest,
  Controllers,
  runCall,
  SAYS_NOTHING,
} from '../../calls/index.js';
import type { CompiledAtom, CompiledDecider, CompiledFlow, CompiledRetry, CompiledTask, CompiledWait } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { describeUnfencedRevert } from '../../model/errors.js';
import { outOfTimeOfRun, toFailure } from '../../model/failure.js';
import type { CallSpan, CallTelemetry } from '../../model/telemetry/telemetry.js';
import { wasNotBegun } from '../decide/full-journal.js';
import type { ActiveRun } from '../decide/run.js';
import type { Answer, AskCommand, CallCommand, CallOutcome, OnFailure } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import { isOfMissingValue } from '../state/values.js';
import type { CallSlot } from './app-slots.js';
import { type CallClocks, type CallTimes, limitCall, timesOf } from './call-times.js';
import { CallWatch } from './call-watch.js';
import { type CallReceiver, type CallSurroundings, CallWork, outcomeOf } from './call-work.js';
import { type Executors, executorOf } from './executors.js';
import { ForeignCall, reattachedCall } from './foreign-call.js';
import { judgedEnd } from './judged-end.js';
import { OutOfTime } from './out-of-time.js';
import { Requests } from './requests.js';
import type { RunSlots } from './run-slots.js';
import type { SlotLoans } from './slot-loans.js';
import { endSpan, spanOf } from './traced-calls.js';

/** What calls need from the app. */
export interface CallParts extends CallClocks {
  readonly executors: Executors;
  /** Of the slots of executors; absent: none has only so many. */
  readonly loans?: SlotLoans | undefined;
  readonly codec: Codec;
  readonly services: object;
  readonly resolve?: Resolve;
  readonly onFailure: OnFailure;
  /** Whether tasks may end with transactions that the store takes no part in. */
  readonly allowUnfenced: boolean;
  /** How long code may take to end after its signal was aborted. */
  readonly graceMs: number;
  /** Absent: nobody traces. */
  readonly telemetry?: CallTelemetry;
}

interface UnderWay {
  /** Absent: nobody traces it. */
  readonly span: CallSpan | undefined;
  readonly work: CallWork;
  readonly call: Call;
  readonly slot: CallSlot | undefined;
  /** Its place in the list; -1: it is not waited for any more. */
  at: number;
}

/** Has the code of the user called for one run: tasks by their executors, retries and deciders beside the engine. */
export class Calls {
  readonly #run: ActiveRun;
  readonly #executors: Executors;
  readonly #loans: SlotLoans | undefined;
  readonly #slots: RunSlots;
  readonly #requests: Requests;
  readonly #around: CallSurroundings;
  readonly #parts: CallClocks & Pick<CallParts, 'graceMs' | 'telemetry'>;
  readonly #underWay: UnderWay[] = [];
  readonly #asked = new Set<Call>();
  #stuckCount = 0;
  #hasWarned = false;

  constructor(run: ActiveRun, parts: CallParts, receiver: CallReceiver, slots: RunSlots) {
    const { executors, allowUnfenced } = parts;
    this.#run = run;
    this.#executors = executors;
    this.#loans = parts.loans;
    this.#slots = slots;
    this.#parts = parts;
    this.#requests = new Requests(run);
    const warnOfUnfenced = (path: string): void => this.#warnOfUnfenced(path);
    this.#around = {
      run,
      registry: registryOf(run.flow, parts),
      receiver,
      controllers: new Controllers(parts.onFailure !== 'abortSiblings'),
      clock: parts.clock,
      allowUnfenced,
      warnOfUnfenced,
    };
  }

  start(command: CallCommand): void {
    const atom = this.#run.flow.atoms[command.atom] as CompiledAtom;
    const times = atom.kind === 'task' ? timesOf(atom.tuning, command, this.#run.status, this.#parts) : undefined;
    const span = spanOf(this.#parts.telemetry, this.#run, command, atom);
    const request = this.#requestOf(command, atom, times, span?.trace);
    const work = new CallWork(request, command, atom, this.#around, times);
    const slot = this.#slots.begin(command.atom);
    const make = (): Call => this.#begin(work, command, atom);
    const begin = span === undefined ? make : (): Call => span.within(make);
    const call = slot === undefined || this.#loans === undefined ? begin() : this.#loans.within(slot, begin);
    const underWay = { work, call, slot, span, at: this.#underWay.length };
    this.#underWay.push(underWay);
    if (times !== undefined) limitCall(this.#watch(underWay), atom.path, times, call.begun, this.#parts.clock);
    void call.end.then((end) => this.#ended(underWay, end));
  }

  /** Calls whose time is over, and whose code goes on all the same. */
  get stuckCount(): number {
    return this.#stuckCount;
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

  /** What ends the call when its time is over. */
  #watch(underWay: UnderWay): CallWatch {
    const { clock, graceMs } = this.#parts;
    const { work, call } = underWay;
    work.watch ??= new CallWatch(call, { clock, graceMs, stuck: (end) => this.#stuck(underWay, end) });
    return work.watch;
  }

  #requestOf(command: CallCommand, atom: CompiledAtom, times: CallTimes | undefined, trace: string | undefined): CallRequest {
    switch (atom.kind) {
      case 'task':
        return this.#requests.task(command, atom, times, trace);
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

  /** The time of the run is over: what executes is ended, as with a time of its own. */
  endOverdue(): void {
    const { creation } = this.#run.status;
    const why = new OutOfTime(outOfTimeOfRun(creation.flow, creation.deadlineMs ?? 0));
    for (const underWay of [...this.#underWay]) if (underWay.work.command.phase === 'execute') this.#watch(underWay).expire(why);
    for (const call of this.#asked) call.abort(why);
  }

  /** Calls that were aborted and have not ended are ended by force, where the executor can do that; other calls get their slots. */
  abandon(): void {
    for (const underWay of this.#underWay) abandon(underWay);
  }

  /** The same of those that execute. */
  abandonForward(): void {
    for (const underWay of this.#underWay) if (underWay.work.command.phase === 'execute') abandon(underWay);
  }

  #begin(work: CallWork, command: CallCommand, atom: CompiledAtom): Call {
    if (atom.kind === 'retry') return work.callHere();
    if (command.phase === 'revert' && this.#didNothing(command.atom)) return NOTHING_TO_UNDO;
    try {
      const { executor } = executorOf(this.#executors, atom.kind === 'task' ? atom.runsOn : undefined);
      if (command.again && executor.reattach !== undefined) return new ForeignCall(reattachedCall(executor, work));
      const call = executor.start(work);
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
    const { work } = ended;
    if (ended.at < 0) {
      this.#stuckCount--;
      this.#around.receiver.finished(outcomeOf(work.command, end));
    } else this.#finished(ended, work.watch === undefined ? end : work.watch.ended(end));
  }

  /** It is not waited for any longer: the run goes on as if it had ended, and others get its slot. */
  #stuck(underWay: UnderWay, end: CallEnd): void {
    const { work } = underWay;
    this.#stuckCount++;
    this.#around.receiver.stuck(work.command);
    work.giveUp();
    this.#finished(underWay, end);
    underWay.at = -1;
  }

  #finished(ended: UnderWay, end: CallEnd): void {
    // The last one takes its place: to look for it would take as long as there are many.
    const last = this.#underWay.pop() as UnderWay;
    if (last !== ended) {
      this.#underWay[ended.at] = last;
      last.at = ended.at;
    }
    const { work, call, slot, span } = ended;
    if (span !== undefined) endSpan(span, this.#run, work.command, end);
    slot?.end();
    if (work.close()) this.#around.receiver.finished(this.#judged(work, end), call);
  }

  /** The task may know whether trying again can help. */
  #judged({ command, watch }: CallWork, end: CallEnd): CallOutcome {
    const isFinal = watch?.isFinal === true;
    const atom = this.#run.flow.atoms[command.atom] as CompiledAtom;
    const judged = atom.kind !== 'task' || isFinal ? { end, isFinal } : judgedEnd(atom, command, end);
    return { ...outcomeOf(command, judged.end), ...(judged.isFinal === true ? { isFinal: true } : {}) };
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

function abandon({ call, slot }: UnderWay): void {
  call.kill();
  slot?.end();
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

function endedCall(end: CallEnd): Call {
  return { end: Promise.resolve(end), abort: () => undefined, kill: () => undefined };
}

const NOTHING_TO_UNDO = endedCall({ kind: 'result' });
