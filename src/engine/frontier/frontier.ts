import type { CompiledFlow } from '../../compilation/index.js';
import type { Readiness } from '../state/effects.js';
import type { Moment } from '../state/protocol.js';
import { type AtomStatus, atomOf, isInFlight, mayBeLeftOut, type RunStatus, standingOf } from '../state/run-status.js';
import { isClear, isDone } from './done-and-clear.js';
import { executorIndexOf, executorNames, isLimited } from './executor-index.js';
import { Heap } from './heap.js';
import { ParkedAtoms } from './parked-atoms.js';
import { PendingDeciders } from './pending-deciders.js';
import { PendingQuestions } from './pending-questions.js';
import { ReadyQueues } from './ready-queues.js';
import { RedoneCounts } from './redone-counts.js';
import { RunDeadline } from './run-deadline.js';
import { SoughtAtoms } from './sought-atoms.js';
import { type WakeUp, WakeUps } from './wake-ups.js';

const FORWARD = 1;
const BACK = 2;
const LOST = 4;
const UNSETTLED = 8;
const LEFT_OUT = 16;
const WITHDRAWN = 32;

/**
 * What could happen next in a run: an index over its state, kept by counting, so that a step costs what it changes and
 * not what the flow holds. Derived, never stored: building it anew from the state gives the same.
 *
 * A node is *done* when its successors need not wait for it, and *clear* when its predecessors may be undone.
 * TaskFlow, where "all transitive predecessors" is what the counters add up to.
 */
export class Frontier implements Readiness {
  readonly #flow: CompiledFlow;
  readonly #run: RunStatus;
  /** Per node: predecessors that are not done. */
  readonly #waiting: Int32Array;
  /** Per node: successors that are not clear. */
  readonly #holding: Int32Array;
  readonly #done: Uint8Array;
  readonly #clear: Uint8Array;
  /** Atoms that may be executed now. */
  readonly forward: ReadyQueues;
  /** Those that may be undone now: reverted or, if it is a retry, started over. */
  readonly back: ReadyQueues;
  /** Those that were in flight when their engine was lost. */
  readonly lost: ReadyQueues;
  /** Those that wait for a slot of the limits of their task: they are in none of these queues meanwhile. */
  readonly parked = new ParkedAtoms();
  /** Those of them that executors are asked for. */
  readonly sought: SoughtAtoms;
  /** Candidates; what is no longer ready is dropped when it is taken. */
  readonly #leftOut = new Heap((a, b) => a < b);
  readonly #withdrawn = new Heap((a, b) => a < b);
  /** Atoms that wait for a time or a signal. */
  readonly #waits = new Set<number>();
  /** Per node: in which heaps it is. */
  readonly #queued: Uint8Array;
  readonly #flying: Uint8Array;
  readonly #redone: RedoneCounts;
  #inFlight = 0;
  /** Per executor: calls that were made and not lost. */
  readonly #called: number[];
  /** Failed atoms whose failure is not settled yet, in definition order. */
  readonly #unsettled = new Heap((a, b) => a < b);
  readonly #wakeUps = new WakeUps();
  readonly deadline: RunDeadline;
  readonly questions: PendingQuestions;
  readonly deciders: PendingDeciders;

  /**
   * @param questions what the user's code was asked already
   * @param sought what executors were asked for already
   */
  constructor(flow: CompiledFlow, run: RunStatus, questions = new PendingQuestions(), sought: Iterable<number> = NONE) {
    const nodes = flow.graph.successors.length;
    this.#flow = flow;
    this.#run = run;
    this.deadline = new RunDeadline(run);
    this.questions = questions;
    this.sought = new SoughtAtoms(sought, (atom) => this.changed(atom));
    this.#waiting = Int32Array.from(flow.graph.predecessors, (list) => list.length);
    this.#holding = new Int32Array(nodes);
    this.#done = new Uint8Array(nodes);
    this.#clear = new Uint8Array(nodes).fill(1);
    this.#queued = new Uint8Array(nodes);
    this.#flying = new Uint8Array(nodes);
    this.#redone = new RedoneCounts(nodes);
    this.deciders = new PendingDeciders(flow, run, this.questions, (node) => this.#waiting[node] === 0);
    const priority = (atom: number): number => flow.atoms[atom]?.priority ?? 0;
    const forward = (a: number, b: number): boolean => priority(a) > priority(b) || (priority(a) === priority(b) && a < b);
    const back = (a: number, b: number): boolean => priority(a) > priority(b) || (priority(a) === priority(b) && a > b);
    const executors = executorNames(flow).length;
    // What waits for a slot holds up nothing that need not have one.
    const executorOf = (atom: number): number => executorIndexOf(flow, atom) + (isLimited(flow, atom) ? executors : 0);
    const lanes = flow.hasTaskLimits === true ? 2 * executors : executors;
    const queues = (mark: number, before: typeof forward, isIn: (node: number, atom: AtomStatus) => boolean): ReadyQueues => {
      const isReady = (node: number): boolean => isIn(node, atomOf(run, node));
      return new ReadyQueues({ executors: lanes, executorOf, before, isReady, marks: { of: this.#queued, mark } });
    };
    this.forward = queues(FORWARD, forward, (node, atom) => this.#mayExecute(node, atom) && !this.parked.has(node));
    this.back = queues(BACK, back, (node, atom) => this.#mayRevert(node, atom));
    this.lost = queues(LOST, forward, (node, { lost }) => lost && !this.parked.has(node) && !this.sought.has(node));
    this.#called = new Array<number>(executors).fill(0);
    this.allChanged(0, nodes);
  }

  /** Calls that were made and not lost, or are sought, and questions: as many answers are to come. */
  get inFlight(): number {
    return this.#inFlight + this.questions.size;
  }

  /** Calls that were made and not lost, or are sought. */
  get called(): number {
    return this.#inFlight;
  }

  /** Those of one executor: {@link executorIndexOf}. */
  calledBy(executor: number): number {
    return this.#called[executor] as number;
  }

  /** Something waits for a time or a signal. */
  get isWaiting(): boolean {
    return this.#waits.size > 0;
  }

  /** Atoms that wait for a time or a signal, in definition order. */
  get waits(): readonly number[] {
    return this.#waits.size === 0 ? NONE : [...this.#waits].sort((a, b) => a - b);
  }

  /** Something that is to run again is undone, and no retry is about to see to it. */
  get bringsBack(): boolean {
    return this.#redone.bringBack;
  }

  /** To be called for every vote: what waited for it may begin. */
  voted(decider: number): void {
    this.changed(this.deciders.decider(decider).entry);
  }

  /** To be called when nodes were skipped: the gates that they begin with open. */
  skipped(): void {
    for (const gate of this.deciders.gates) if (this.#done[gate] === 0) this.changed(gate);
  }

  /** To be called for atoms that begin anew: what was decided about them is open again, and so their gates may be closed. */
  reset(from: number, end: number): void {
    this.deciders.forget(from, end);
    this.allChanged(from, end);
    for (const gate of this.deciders.gatesIn(from, end)) this.changed(gate);
  }

  /** To be called for every node `from` up to, not including, `end` whose state or intention changed. */
  allChanged(from: number, end: number): void {
    for (let node = from; node < end; node++) this.changed(node);
  }

  /** To be called for every node whose state or intention changed. */
  changed(start: number): void {
    const pending = [start];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const atom = this.#run.atoms[node];
      const reached = this.#waiting[node] === 0;
      const done = atom === undefined ? reached && this.deciders.isOpen(node) : isDone(atom, reached);
      this.#flip(this.#done, node, done, this.#flow.graph.successors, this.#waiting, pending);
      this.#flip(this.#clear, node, isClear(atom, this.#holding[node] === 0), this.#flow.graph.predecessors, this.#holding, pending);
      if (atom !== undefined) this.#enqueue(node, atom);
    }
  }

  /** The next atom of an optional node that has failed of which nothing is left. */
  nextLeftOut(): number | undefined {
    return this.#first(this.#leftOut, LEFT_OUT, (_, atom) => mayBeLeftOut(atom));
  }

  /** The next atom that waits for what is not wanted any more. */
  nextWithdrawn(): number | undefined {
    return this.#first(this.#withdrawn, WITHDRAWN, (_, atom) => standingOf(atom).next === 'withdraw');
  }

  /** The first atom whose failure is to be settled. */
  nextUnsettled(): number | undefined {
    return this.#first(this.#unsettled, UNSETTLED, (_, atom) => atom.unsettled);
  }

  /** The next atom that goes on by itself at a time: a retry or task with its next attempt, a failed revert with another try. */
  nextWakeUp(moment: Moment): WakeUp | undefined {
    return this.#wakeUps.next(moment, ({ atom, atMs }) => {
      const status = atomOf(this.#run, atom);
      return status.wakeAtMs === atMs && this.#isResting(atom, status) && !this.parked.has(atom);
    });
  }

  /** Whether something that was in flight waits for a slot. */
  get isLostParked(): boolean {
    for (const atom of this.parked) if (atomOf(this.#run, atom).lost) return true;
    return false;
  }

  /** It does not wait for a slot any more, and is as it was before. */
  unpark(atom: number): void {
    if (this.parked.has(atom)) this.#enqueue(atom, atomOf(this.#run, atom));
  }

  /** Whether an atom need not wait, or has waited long enough. */
  hasRested(atom: number, moment: Moment): boolean {
    return this.#wakeUps.isOver(atom, moment);
  }

  #flip(
    flags: Uint8Array,
    node: number,
    value: boolean,
    neighbors: readonly (readonly number[])[],
    counts: Int32Array,
    pending: number[],
  ): void {
    if ((flags[node] === 1) === value) return;
    flags[node] = value ? 1 : 0;
    for (const neighbor of neighbors[node] ?? []) {
      const before = counts[neighbor] as number;
      counts[neighbor] = value ? before - 1 : before + 1;
      if (before === 0 || counts[neighbor] === 0) pending.push(neighbor);
    }
  }

  #enqueue(node: number, atom: AtomStatus): void {
    this.parked.delete(node);
    const flying = isInFlight(atom) || this.sought.has(node) ? 1 : 0;
    const more = flying - (this.#flying[node] as number);
    if (more !== 0) {
      this.#inFlight += more;
      (this.#called[executorIndexOf(this.#flow, node)] as number) += more;
    }
    this.#flying[node] = flying;
    this.#countRedone(node, atom);
    if (atom.unsettled) this.#queue(this.#unsettled, UNSETTLED, node);
    if (atom.wakeAtMs === undefined) this.#wakeUps.forget(node);
    else this.#wakeUps.set(node, atom.wakeAtMs, this.#isResting(node, atom));
    if (mayBeLeftOut(atom)) this.#queue(this.#leftOut, LEFT_OUT, node);
    if (atom.state === 'WAITING') this.#waits.add(node);
    else if (this.#waits.size > 0) this.#waits.delete(node);
    if (standingOf(atom).next === 'withdraw') this.#queue(this.#withdrawn, WITHDRAWN, node);
    if (atom.lost) this.lost.push(node);
    else if (this.#mayExecute(node, atom)) this.forward.push(node);
    else if (this.#mayRevert(node, atom)) this.back.push(node);
  }

  /** A retry waits for all that runs again with its flow: when that is undone, it may try again. */
  #countRedone(node: number, atom: AtomStatus): void {
    if (!this.#redone.count(node, atom)) return;
    for (const [index, other] of this.#run.atoms.entries()) if (other.intention === 'RETRY') this.#enqueue(index, other);
  }

  #queue(heap: Heap, flag: number, node: number): void {
    const queued = this.#queued[node] as number;
    if ((queued & flag) !== 0) return;
    this.#queued[node] = queued | flag;
    heap.push(node);
  }

  #first(heap: Heap, flag: number, ready: (node: number, atom: AtomStatus) => boolean): number | undefined {
    for (let node = heap.peek(); node !== undefined; node = heap.peek()) {
      if (ready(node, atomOf(this.#run, node))) return node;
      heap.pop();
      this.#queued[node] = (this.#queued[node] as number) & ~flag;
    }
    return undefined;
  }

  #mayExecute(node: number, atom: AtomStatus): boolean {
    if (standingOf(atom).next !== 'execute') return false;
    if (atom.state === 'RETRYING') return atom.wakeAtMs === undefined;
    return this.#waiting[node] === 0 && this.deciders.isOpen(node);
  }

  /** A retry or task between two attempts that may begin the next one, a wait, or a task whose revert has failed, when it would be its turn. */
  #isResting(node: number, { state, intention }: AtomStatus): boolean {
    if (state === 'REVERT_FAILURE') return this.#holding[node] === 0;
    return (state === 'RETRYING' || state === 'WAITING') && intention === 'EXECUTE';
  }

  #mayRevert(node: number, atom: AtomStatus): boolean {
    if (this.#holding[node] !== 0) return false;
    const { next } = standingOf(atom);
    return next === 'revert' || (next === 'retry' && this.#redone.areUndone);
  }
}

const NONE: readonly number[] = [];
