import type { CompiledFlow } from '../compilation/index.js';
import type { Codec } from '../model/codec.js';
import type { Phase } from '../model/states.js';
import type { Transition } from '../persistence/index.js';
import type { Command } from './decision.js';
import { beginEntry, foldTransition } from './fold.js';
import type { Frontier } from './frontier.js';
import type { RunStatus } from './run-state.js';

/** A run as the engine thinks of it: the checked flow, what happened, and what could happen next. */
export interface Run {
  readonly flow: CompiledFlow;
  readonly status: RunStatus;
  readonly frontier: Frontier;
  /** For the few values that decisions read. */
  readonly codec: Codec;
}

/** One step while it is being decided: each fact is folded in as it is stated, so that the next decision sees it. */
export class Step {
  readonly transitions: Transition[] = [];
  readonly commands: Command[] = [];
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  state(transition: Transition): void {
    const { status, frontier } = this.#run;
    if (this.transitions.length === 0) beginEntry(status);
    this.transitions.push(transition);
    foldTransition(status, transition);
    switch (transition[0]) {
      case 'CREATED':
      case 'RUN':
      case 'SNAPSHOT':
        return;
      case 'TAKEOVER':
        for (const atom of transition[1]) frontier.changed(atom);
        return;
      case 'INTEND':
        for (let atom = transition[2]; atom < transition[3]; atom++) frontier.changed(atom);
        return;
      case 'RESET':
        frontier.forgetQuestions(transition[1], transition[2]);
        for (let atom = transition[1]; atom < transition[2]; atom++) frontier.changed(atom);
        return;
      case 'VOTE':
        frontier.voted(transition[2]);
        return;
      default:
        frontier.changed(transition[1] as number);
    }
  }

  /** Asks the loop to ask a decider; nothing is stated before it has answered. */
  ask(decider: number): void {
    this.commands.push({ do: 'ask', decider, question: this.#run.frontier.asked(decider) });
  }

  /** States that the atom is called, and asks the loop to call it. */
  call(phase: Phase, atom: number): void {
    this.state([phase === 'execute' ? 'RUNNING' : 'REVERTING', atom]);
    const { round, attempt } = this.#run.status.atoms[atom] as { round: number; attempt: number };
    this.commands.push({ do: phase, atom, round, attempt });
  }
}
