import type { CompiledFlow } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Failure } from '../../model/failure.js';
import type { Phase } from '../../model/states.js';
import type { Transition } from '../../persistence/index.js';
import type { Frontier } from '../frontier/frontier.js';
import { EFFECTS } from '../state/effects.js';
import { beginEntry, foldTransition } from '../state/fold.js';
import type { CallId, Change, Command, Limits, Question } from '../state/protocol.js';
import { atomOf, type RunStatus, turnOf } from '../state/run-status.js';
import { foldObserved } from './changes.js';

/** A run as the engine thinks of it: the checked flow, what happened, and what could happen next. */
export interface Run {
  readonly flow: CompiledFlow;
  status: RunStatus;
  frontier: Frontier;
  /** For the few values that decisions read. */
  readonly codec: Codec;
  /** There are listeners: what each step changes is noted for them. */
  observed: boolean;
  /** The last entry is not written yet: what is stated next belongs to it. */
  entryIsOpen: boolean;
}

/** One step while it is being decided: each fact is folded in as it is stated, so that the next decision sees it. */
export class Step {
  readonly transitions: Transition[] = [];
  readonly changes: Change[] = [];
  readonly commands: Command[] = [];
  readonly late: CallId[] = [];
  lacksSlot = false;
  /** What bounds it; an atom may ask for more restraint. */
  limits: Limits;
  readonly #run: Run;
  #slots: number;
  #losses: Map<number, Failure> | undefined;

  constructor(run: Run, limits: Limits) {
    this.#run = run;
    this.limits = limits;
    this.#slots = limits.slots ?? Number.POSITIVE_INFINITY;
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
      if (fact[0] === 'IGNORE' && this.#run.observed) this.changes.push({ kind: 'atom', atom: fact[1], from: 'PENDING', to: 'IGNORE' });
    }
  }

  /** Asks the loop to ask code of the user; nothing is stated before it has answered. */
  ask(question: Question): void {
    this.commands.push({ do: 'ask', question, id: this.#run.frontier.questions.ask(question) });
  }

  /** Whether one more call may be under way. Where a slot of the app is all that is missing, that is noted. */
  hasRoom(): boolean {
    if (this.#run.frontier.called >= this.limits.capacity) return false;
    if (this.#slots > 0) return true;
    this.lacksSlot = true;
    return false;
  }

  /** States that the atom is called, and asks the loop to call it. */
  call(phase: Phase, atom: number): void {
    this.#slots--;
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
