import type { CompiledDecider, CompiledFlow } from '../compilation/index.js';
import { Heap } from './heap.js';
import { type AtomStatus, isInFlight, isSkipped, type RunStatus } from './run-state.js';

const FORWARD = 1;
const BACK = 2;
const LOST = 4;

/**
 * What could happen next in a run: an index over its state, kept by counting, so that a step costs what it changes and
 * not what the flow holds. Derived, never stored: building it anew from the state gives the same.
 *
 * A node is *done* when its successors need not wait for it, and *clear* when its predecessors may be undone.
 * TaskFlow, where "all transitive predecessors" is what the counters add up to.
 */
export class Frontier {
  readonly #flow: CompiledFlow;
  readonly #run: RunStatus;
  /** Per node: predecessors that are not done. */
  readonly #waiting: Int32Array;
  /** Per node: successors that are not clear. */
  readonly #holding: Int32Array;
  readonly #done: Uint8Array;
  readonly #clear: Uint8Array;
  /** Candidates; what is no longer ready is dropped when it is taken. */
  readonly #forward: Heap;
  readonly #back: Heap;
  readonly #lost: Heap;
  /** Per node: in which heaps it is. */
  readonly #queued: Uint8Array;
  readonly #flying: Uint8Array;
  #inFlight = 0;
  /** Deciders by the node that they let begin. */
  readonly #deciders: ReadonlyMap<number, readonly number[]>;
  /** Deciders of the branches of one choice; the first one is asked for all. */
  readonly #branches: ReadonlyMap<number, readonly number[]>;
  /** Asked, and no answer yet. A new engine asks again. */
  readonly #asking = new Map<number, number>();
  #questionsAsked = 0;
  /** Candidates to be asked, in definition order. */
  readonly #questions = new Heap((a, b) => a < b);
  readonly #listed = new Set<number>();

  constructor(flow: CompiledFlow, run: RunStatus) {
    const nodes = flow.graph.successors.length;
    this.#flow = flow;
    this.#run = run;
    this.#waiting = Int32Array.from(flow.graph.predecessors, (list) => list.length);
    this.#holding = new Int32Array(nodes);
    this.#done = new Uint8Array(nodes);
    this.#clear = new Uint8Array(nodes).fill(1);
    this.#queued = new Uint8Array(nodes);
    this.#flying = new Uint8Array(nodes);
    this.#deciders = grouped(flow, ({ entry }) => entry);
    this.#branches = grouped(flow, ({ choice }) => choice?.id);
    const priority = (atom: number): number => flow.atoms[atom]?.priority ?? 0;
    this.#forward = new Heap((a, b) => priority(a) > priority(b) || (priority(a) === priority(b) && a < b));
    this.#lost = new Heap((a, b) => priority(a) > priority(b) || (priority(a) === priority(b) && a < b));
    this.#back = new Heap((a, b) => priority(a) > priority(b) || (priority(a) === priority(b) && a > b));
    for (let node = 0; node < nodes; node++) this.changed(node);
  }

  /** Tasks that were called and not lost, and deciders that were asked: as many answers are to come. */
  get inFlight(): number {
    return this.#inFlight + this.#asking.size;
  }

  /** Tasks that were called and not lost. */
  get called(): number {
    return this.#inFlight;
  }

  decidersAt(entry: number): readonly number[] {
    return this.#deciders.get(entry) ?? [];
  }

  branchesOf(choice: number): readonly number[] {
    return this.#branches.get(choice) ?? [];
  }

  /** Notes that a decider is asked; gives the number of the question. */
  asked(decider: number): number {
    this.#asking.set(decider, ++this.#questionsAsked);
    return this.#questionsAsked;
  }

  /** Whether this is the answer that is waited for: from now on none is. */
  answered(decider: number, question: number): boolean {
    return this.#asking.get(decider) === question && this.#asking.delete(decider);
  }

  /** What was asked about atoms that begin anew is asked again, of new facts. */
  forgetQuestions(from: number, until: number): void {
    for (const decider of this.#asking.keys()) {
      const { first } = this.#deciderOf(decider);
      if (first >= from && first < until) this.#asking.delete(decider);
    }
  }

  /** To be told of every vote: what it let wait may begin. */
  voted(decider: number): void {
    this.changed(this.#deciderOf(decider).entry);
  }

  /** To be told of every node whose state or intention changed. */
  changed(start: number): void {
    const pending = [start];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const atom = this.#run.atoms[node];
      const open = this.#waiting[node] === 0 && this.#isOpen(node);
      this.#flip(this.#done, node, isDone(atom, open), this.#flow.graph.successors, this.#waiting, pending);
      this.#flip(this.#clear, node, isClear(atom, this.#holding[node] === 0), this.#flow.graph.predecessors, this.#holding, pending);
      if (atom !== undefined) this.#enqueue(node, atom);
    }
  }

  /** The next atom that may be executed now; it stays until its state changes. */
  nextForward(): number | undefined {
    return this.#first(this.#forward, FORWARD, (node, atom) => this.#mayExecute(node, atom));
  }

  /** The next atom that may be undone now: reverted or, if it is a retry, started over. */
  nextBack(): number | undefined {
    return this.#first(this.#back, BACK, (node, atom) => this.#mayRevert(node, atom));
  }

  /** The next decider to be asked. */
  nextQuestion(): number | undefined {
    for (let decider = this.#questions.peek(); decider !== undefined; decider = this.#questions.peek()) {
      if (this.#mayAsk(decider)) return decider;
      this.#questions.pop();
      this.#listed.delete(decider);
    }
    return undefined;
  }

  /** The next atom that was in flight when its engine was lost. */
  nextLost(): number | undefined {
    return this.#first(this.#lost, LOST, (_, atom) => atom.lost);
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
    const flying = isInFlight(atom) ? 1 : 0;
    this.#inFlight += flying - (this.#flying[node] as number);
    this.#flying[node] = flying;
    if (atom.lost) this.#queue(this.#lost, LOST, node);
    else if (this.#mayExecute(node, atom)) this.#queue(this.#forward, FORWARD, node);
    else if (this.#mayRevert(node, atom)) this.#queue(this.#back, BACK, node);
  }

  #queue(heap: Heap, flag: number, node: number): void {
    const queued = this.#queued[node] as number;
    if ((queued & flag) !== 0) return;
    this.#queued[node] = queued | flag;
    heap.push(node);
  }

  #first(heap: Heap, flag: number, ready: (node: number, atom: AtomStatus) => boolean): number | undefined {
    for (let node = heap.peek(); node !== undefined; node = heap.peek()) {
      if (ready(node, this.#run.atoms[node] as AtomStatus)) return node;
      heap.pop();
      this.#queued[node] = (this.#queued[node] as number) & ~flag;
    }
    return undefined;
  }

  #mayExecute(node: number, atom: AtomStatus): boolean {
    return atom.state === 'PENDING' && atom.intention === 'EXECUTE' && this.#waiting[node] === 0 && this.#isOpen(node);
  }

  /** Whether nobody has to be asked any more before this node begins; who is to be asked is noted on the way. */
  #isOpen(node: number): boolean {
    const deciders = this.#deciders.get(node);
    if (deciders === undefined) return true;
    let open = true;
    for (const decider of deciders) {
      const { first, source } = this.#deciderOf(decider);
      if (this.#run.atoms[first]?.votes[decider] === true || isSkipped(this.#run, source)) continue;
      open = false;
      if (this.#mayAsk(decider) && !this.#listed.has(decider)) {
        this.#listed.add(decider);
        this.#questions.push(decider);
      }
    }
    return open;
  }

  #mayAsk(decider: number): boolean {
    const { entry, first, source, choice } = this.#deciderOf(decider);
    if (choice !== undefined && this.#branches.get(choice.id)?.[0] !== decider) return false;
    const target = this.#run.atoms[first];
    const undecided = target?.state === 'PENDING' && target.intention === 'EXECUTE' && target.votes[decider] === undefined;
    return undecided && this.#waiting[entry] === 0 && !this.#asking.has(decider) && !isSkipped(this.#run, source);
  }

  #deciderOf(decider: number): CompiledDecider {
    return this.#flow.deciders?.[decider] as CompiledDecider;
  }

  #mayRevert(node: number, atom: AtomStatus): boolean {
    const meant = atom.intention === 'REVERT' || atom.intention === 'RETRY';
    return meant && (atom.state === 'SUCCESS' || atom.state === 'FAILURE') && this.#holding[node] === 0;
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

function isDone(atom: AtomStatus | undefined, free: boolean): boolean {
  return atom === undefined ? free : atom.state === 'SUCCESS' || atom.state === 'IGNORE';
}

function isClear(atom: AtomStatus | undefined, free: boolean): boolean {
  return free && (atom === undefined || atom.state === 'PENDING' || atom.state === 'REVERTED' || atom.state === 'IGNORE');
}
