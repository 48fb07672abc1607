import type { CompiledDecider, CompiledFlow } from '../../compilation/index.js';
import { isSkipped, type RunStatus } from '../state/run-status.js';
import { Heap } from './heap.js';
import type { PendingQuestions } from './pending-questions.js';

/** The deciders of a run: which of them decide about which node, and which is to be asked next. Derived from the state, like the frontier. */
export class PendingDeciders {
  readonly #flow: CompiledFlow;
  readonly #run: RunStatus;
  readonly #open: PendingQuestions;
  /** Whether everything before a node has ended. */
  readonly #isReached: (node: number) => boolean;
  /** Deciders by the node that they let begin. */
  readonly #byEntry: ReadonlyMap<number, readonly number[]>;
  /** Deciders of the branches of one choice; the first one is asked for all. */
  readonly #byChoice: ReadonlyMap<number, readonly number[]>;
  /** Deciders that may skip more than their node, by where that begins. */
  readonly #far: readonly CompiledDecider[];
  /** Gates that deciders let open. */
  readonly gates: readonly number[];
  /** Deciders whose node begins with a gate, by where it begins. */
  readonly #gated: readonly CompiledDecider[];
  /** Candidates to be asked, in definition order. */
  readonly #candidates = new Heap((a, b) => a < b);
  readonly #listed = new Set<number>();

  constructor(flow: CompiledFlow, run: RunStatus, open: PendingQuestions, isReached: (node: number) => boolean) {
    this.#flow = flow;
    this.#run = run;
    this.#open = open;
    this.#isReached = isReached;
    this.#byEntry = grouped(flow, ({ entry }) => entry);
    this.#byChoice = grouped(flow, ({ choice }) => choice?.id);
    const byPlace = [...(flow.deciders ?? [])].sort((a, b) => a.first - b.first);
    this.#far = byPlace.filter(({ skips }) => skips.length > 1);
    this.#gated = byPlace.filter(({ entry }) => entry >= flow.atoms.length);
    this.gates = [...this.#byEntry.keys()].filter((entry) => entry >= flow.atoms.length);
  }

  /** The deciders of nodes that begin with this node of the graph. */
  of(entry: number): readonly number[] {
    return this.#byEntry.get(entry) ?? [];
  }

  branchesOf(choice: number): readonly number[] {
    return this.#byChoice.get(choice) ?? [];
  }

  /** Deciders about nodes in this range of atoms that may skip more than their node. */
  reachingOut(from: number, end: number): Iterable<CompiledDecider> {
    return within(this.#far, from, end);
  }

  /** Gates of nodes that begin in this range of atoms, and wait for deciders. */
  *gatesIn(from: number, end: number): Iterable<number> {
    for (const { entry } of within(this.#gated, from, end)) yield entry;
  }

  decider(index: number): CompiledDecider {
    return this.#flow.deciders?.[index] as CompiledDecider;
  }

  /** Whether no decider has to be asked before this node begins; one that has to be becomes a candidate for {@link next}. */
  isOpen(node: number): boolean {
    const deciders = this.#byEntry.get(node);
    if (deciders === undefined) return true;
    let open = true;
    for (const index of deciders) {
      const decider = this.decider(index);
      const { first, source } = decider;
      if (this.#run.atoms[first]?.votes[index] === true || isSkipped(this.#run, source) || this.#hasBegun(index)) continue;
      // No atom of a skipped node begins; its gates open, so that what comes after the node goes on.
      if (isSkipped(this.#run, decider)) continue;
      open = false;
      if (this.#mayAsk(index) && !this.#listed.has(index)) {
        this.#listed.add(index);
        this.#candidates.push(index);
      }
    }
    return open;
  }

  /** The next decider to be asked. */
  next(): number | undefined {
    for (let index = this.#candidates.peek(); index !== undefined; index = this.#candidates.peek()) {
      if (this.#mayAsk(index)) return index;
      this.#candidates.pop();
      this.#listed.delete(index);
    }
    return undefined;
  }

  /** What was asked about atoms that begin anew is asked again, of new facts. */
  forget(from: number, end: number): void {
    this.#open.forget((question) => {
      if (question.about !== 'node') return false;
      const { first } = this.decider(question.decider);
      return first >= from && first < end;
    });
  }

  /** Then deciders have let it begin: those of this flow, or of the one that the run had before. */
  #hasBegun(index: number): boolean {
    const { first, end } = this.decider(index);
    for (let atom = first; atom < end; atom++) {
      const state = this.#run.atoms[atom]?.state;
      if (state !== 'PENDING' && state !== 'IGNORE') return true;
    }
    return false;
  }

  #mayAsk(index: number): boolean {
    const { entry, first, source, choice } = this.decider(index);
    if (choice !== undefined && this.#byChoice.get(choice.id)?.[0] !== index) return false;
    const target = this.#run.atoms[first];
    const undecided = target?.state === 'PENDING' && target.intention === 'EXECUTE' && target.votes[index] === undefined;
    return (
      undecided &&
      !this.#hasBegun(index) &&
      this.#isReached(entry) &&
      !this.#open.isOpen({ about: 'node', decider: index }) &&
      !isSkipped(this.#run, source)
    );
  }
}

/** @param deciders by where their nodes begin */
function* within(deciders: readonly CompiledDecider[], from: number, end: number): Iterable<CompiledDecider> {
  let low = 0;
  for (let high = deciders.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((deciders[middle] as CompiledDecider).first < from) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < deciders.length; index++) {
    const decider = deciders[index] as CompiledDecider;
    if (decider.first >= end) return;
    yield decider;
  }
}

function grouped(flow: CompiledFlow, key: (decider: CompiledDecider) => number | undefined): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  for (const [index, decider] of (flow.deciders ?? []).entries()) {
    const group = key(decider);
    if (group === undefined) continue;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [index]);
    else known.push(index);
  }
  return groups;
}
