import type { Failure } from '../../model/failure.js';
import type { Phase } from '../../model/states.js';
import type { Transition } from '../../persistence/index.js';
import { executorIndexOf, isLimited, OWN_EXECUTOR } from '../frontier/executor-index.js';
import { EFFECTS } from '../state/effects.js';
import { beginEntry, foldTransition } from '../state/fold.js';
import type { CallId, Change, Command, Limits, Question } from '../state/protocol.js';
import { atomOf, turnOf } from '../state/run-status.js';
import { atomChange, foldObserved } from './changes.js';
import type { ActiveRun } from './run.js';

const NONE: readonly number[] = [];

/** One step while it is being decided: each fact is folded in as it is stated, so that the next decision sees it. */
export class Step {
  readonly transitions: Transition[] = [];
  readonly changes: Change[] = [];
  readonly commands: Command[] = [];
  readonly late: CallId[] = [];
  lacksSlots: readonly number[] = NONE;
  wants: readonly number[] = NONE;
  unused: readonly number[] = NONE;
  /** Known when it is decided. */
  seq = -1;
  /** What bounds it; an atom may ask for more restraint. */
  limits: Limits;
  readonly #run: ActiveRun;
  /** By executor: how many calls it has begun of those that may. */
  #begun: number[] | undefined;
  #losses: Map<number, Failure> | undefined;

  constructor(run: ActiveRun, limits: Limits) {
    this.#run = run;
    this.limits = limits;
  }

  state(transition: Transition): void {
    this.#write(transition);
    const { status } = this.#run;
    if (this.#run.observed) foldObserved(status, transition, this.changes);
    else foldTransition(status, transition);
    EFFECTS[transition[0]].touches(this.#run.frontier, transition, status);
  }

  /** States what it means that another flow goes on. The run could not be looked at before that was folded in: so it has been. */
  adopted(facts: readonly Transition[]): void {
    for (const fact of facts) {
      this.#write(fact);
      if (fact[0] === 'IGNORE' && this.#run.observed) this.changes.push(atomChange(this.#run.status, fact[1], 'PENDING', 'IGNORE'));
    }
  }

  /** Asks the loop to ask code of the user; nothing is stated before it has answered. */
  ask(question: Question): void {
    this.commands.push({ do: 'ask', question, id: this.#run.frontier.questions.ask(question) });
  }

  /** Whether its executor may have one more call under way. Where a slot of the app is all that is missing, that is noted. */
  hasRoom(atom: number): boolean {
    const executor = this.#executorOf(atom);
    const { capacity, slots = Number.POSITIVE_INFINITY } = this.limits.named?.[executor] ?? this.limits;
    if (this.#calledBy(executor) >= capacity) return false;
    if ((this.#begun?.[executor] ?? 0) < slots) return true;
    if (!this.lacksSlots.includes(executor)) this.lacksSlots = [...this.lacksSlots, executor];
    return false;
  }

  /** Whether its executor has places that may still have a call which another engine has begun. */
  mayReattach(atom: number): boolean {
    return this.limits.reattaching?.includes(this.#executorOf(atom)) === true;
  }

  /** Whether it is a task with limits that has no slot of them. */
  lacksGrant(atom: number): boolean {
    return isLimited(this.#run.flow, atom) && this.limits.granted?.includes(atom) !== true;
  }

  /** Lets it wait for a slot: others are looked at meanwhile. */
  park(atom: number): true {
    this.#run.frontier.parked.add(atom);
    this.wants = this.wants === NONE ? [atom] : [...this.wants, atom];
    return true;
  }

  /** As many of them wait already as its executor could call: those behind them wait until it is their turn. */
  isParkingFull(atom: number): boolean {
    const { parked } = this.#run.frontier;
    if (parked.size === 0 || !this.lacksGrant(atom)) return false;
    const { capacity } = this.limits.named?.[this.#executorOf(atom)] ?? this.limits;
    return parked.size >= capacity;
  }

  /** One that the app does not have is stood in for by its own. */
  #executorOf(atom: number): number {
    const executor = executorIndexOf(this.#run.flow, atom);
    return this.limits.named?.[executor] === undefined ? OWN_EXECUTOR : executor;
  }

  #calledBy(executor: number): number {
    const { frontier } = this.#run;
    const { named } = this.limits;
    if (named === undefined) return frontier.called;
    if (executor !== OWN_EXECUTOR) return frontier.calledBy(executor);
    return named.reduce((sum, room, index) => (room === undefined ? sum + frontier.calledBy(index) : sum), 0);
  }

  /** States that the atom is called, and asks the loop to call it. */
  call(phase: Phase, atom: number): void {
    const executor = this.#executorOf(atom);
    this.#begun ??= [];
    this.#begun[executor] = (this.#begun[executor] ?? 0) + 1;
    const status = atomOf(this.#run.status, atom);
    const { state: from, lost: again } = status;
    this.state([phase === 'execute' ? 'RUNNING' : 'REVERTING', atom]);
    const { round, attempt } = status;
    this.commands.push({ do: 'call', atom, phase, round, turn: turnOf(status), attempt, from, again });
  }

  /** States that the call was lost with the place that had it. What that means is decided in the same step, and may quote why. */
  lose(atom: number, why: Failure): void {
    this.state(['LOST', atom, why]);
    this.#losses ??= new Map();
    this.#losses.set(atom, why);
  }

  lossOf(atom: number): Failure | undefined {
    return this.#losses?.get(atom);
  }

  /** From here on nothing is started, in this step and in those that follow it. */
  suspend(): void {
    this.limits = { ...this.limits, hold: this.limits.hold === 'stop' ? 'stop' : 'suspend' };
    this.commands.push({ do: 'suspend' });
  }

  #write(transition: Transition): void {
    if (this.transitions.length === 0 && !this.#run.entryIsOpen) beginEntry(this.#run.status, this.limits.nowMs);
    this.transitions.push(transition);
  }
}
