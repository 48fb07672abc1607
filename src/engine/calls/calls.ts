import {
  type Call,
  type CallEnd,
  CallHere,
  type CallRequest,
  Controllers,
  type Executor,
  runCall,
  SAYS_NOTHING,
} from '../../calls/index.js';
import type { CompiledAtom, CompiledRetry, CompiledWait } from '../../compilation/index.js';
import { describeUnfencedRevert } from '../../model/errors.js';
import { outOfTimeOfRun, toFailure } from '../../model/failure.js';
import type { CallSpan, CallTelemetry } from '../../model/telemetry/telemetry.js';
import { wasNotBegun } from '../decide/full-journal.js';
import type { ActiveRun } from '../decide/run.js';
import type { Answer, AskCommand, CallCommand, CallId, CallOutcome, OnFailure } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import { isOfMissingValue } from '../state/values.js';
import type { CallSlot } from './app-slots.js';
import { type CallClocks, type CallTimes, limitCall, timesOf } from './call-times.js';
import { CallWatch, OutOfTime } from './call-watch.js';
import { type CallReceiver, type CallSurroundings, CallWork, outcomeOf } from './call-work.js';
import { type Executors, executorOf } from './executors.js';
import { endedCall, ForeignCall, NOTHING_TO_UNDO, soughtCall } from './foreign-call.js';
import { judgedEnd } from './judged-end.js';
import { Requests } from './requests.js';
import { deciderOf, type RegistryParts, registryOf } from './run-registry.js';
import type { RunSlots } from './run-slots.js';
import type { SlotLoans } from './slot-loans.js';
import { endSpan, spanOf } from './traced-calls.js';

/** What calls need from the app. */
export interface CallParts extends CallClocks, RegistryParts {
  readonly executors: Executors;
  /** Of the slots of executors; absent: none has only so many. */
  readonly loans?: SlotLoans | undefined;
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
    const atom = this.#atomOf(command);
    const span = spanOf(this.#parts.telemetry, this.#run, command, atom);
    const work = this.#workOf(command, span?.trace);
    const slot = this.#slots.begin(command.atom);
    const make = (): Call => this.#begin(work, command, atom);
    const begin = span === undefined ? make : (): Call => span.within(make);
    this.#follow(work, slot === undefined || this.#loans === undefined ? begin() : this.#loans.within(slot, begin), slot, span);
  }

  /** Asks executors whether a place still has these calls, which an engine before this one had begun. */
  seek(calls: readonly CallId[]): void {
    for (const call of calls) void this.#seek(call);
  }

  async #seek(id: CallId): Promise<void> {
    const { receiver } = this.#around;
    const atom = this.#atomOf(id);
    const work = this.#workOf({ ...id, do: 'call', from: id.phase === 'revert' ? 'REVERTING' : 'RUNNING', again: true });
    const isKnown = work.waitUntilKnown();
    const call = await soughtCall(this.#executorOf(atom), work, this.#parts.clock);
    receiver.sought(id, call !== undefined);
    if (call !== undefined)
      this.#follow(work, call, this.#slots.takeOver(id.atom), spanOf(this.#parts.telemetry, this.#run, work.command, atom));
    isKnown();
  }

  /** Waits for the end of a call, and sees to its time. */
  #follow(work: CallWork, call: Call, slot: CallSlot | undefined, span: CallSpan | undefined): void {
    const underWay = { work, call, slot, span, at: this.#underWay.length };
    this.#underWay.push(underWay);
    const { times, command } = work;
    if (times !== undefined) limitCall(this.#watch(underWay), this.#atomOf(command).path, times, call.begun, this.#parts.clock);
    void call.end.then((end) => this.#ended(underWay, end));
  }

  #workOf(command: CallCommand, trace?: string): CallWork {
    const atom = this.#atomOf(command);
    const times = atom.kind === 'task' ? timesOf(atom.tuning, command, this.#run.status, this.#parts) : undefined;
    return new CallWork(this.#requestOf(command, atom, times, trace), command, atom, this.#around, times);
  }

  #atomOf({ atom }: CallId): CompiledAtom {
    return this.#run.flow.atoms[atom] as CompiledAtom;
  }

  #executorOf(atom: CompiledAtom): Executor {
    return executorOf(this.#executors, atom.kind === 'task' ? atom.runsOn : undefined).executor;
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
      const call = this.#executorOf(atom).start(work);
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
    const atom = this.#atomOf(command);
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
