import { isEnded, type RunState } from '../../src/model/states.js';
import type { Entry, InboxMessage, Transition } from '../../src/persistence/index.js';
import { wrongCall } from './at-call.js';
import { wrongAtRest } from './at-rest.js';
import { Effects } from './effects.js';
import { Hearing } from './hearing.js';
import { OpenCalls } from './open-calls.js';
import { Ownership } from './ownership.js';
import { type OpenCall, type Plan, shown } from './plan.js';
import { Votes } from './votes.js';

/** Of words that are named otherwise. */
const STATES = { WAIT: 'WAITING', TRY_AGAIN: 'RETRYING', ATTEMPT: 'SUCCESS', INTERRUPTED: 'FAILURE' } as const;

/**
 * Everything that happens to one run in the order in which it happens: what its store takes, what its tasks are called for
 * and do, what operators ask. Judges it without the engine, and keeps what was wrong.
 */
export class Ledger {
  readonly wrong: string[] = [];
  /** For whoever reads of what was wrong. */
  readonly log: string[] = [];
  state: RunState | undefined;
  /** How often it has begun anew: when it was created, and when it was reset. */
  beginnings = 0;
  readonly hearing = new Hearing();
  readonly ownership: Ownership;
  readonly #plan: Plan;
  readonly #atoms = new Map<string, string>();
  readonly #effects: Effects;
  readonly #calls = new OpenCalls();
  readonly #votes: Votes;
  /** What tasks gave, by the names of the values. */
  readonly #given = new Map<string, unknown>();
  /** Atoms that were in flight when their process was lost, and have not been called since. */
  readonly #unknown = new Set<string>();

  /** @param knowsWhoLives no process that lives is ever taken for dead: not where a lease may end because a machine is slow */
  constructor(plan: Plan, knowsWhoLives: boolean) {
    this.#plan = plan;
    this.ownership = new Ownership(knowsWhoLives);
    this.#effects = new Effects(plan);
    this.#votes = new Votes(plan, (path) => this.atom(path));
  }

  /** It is under way, and the process that had it has died. */
  get isLeft(): boolean {
    return this.state === 'RUNNING' && this.ownership.isLeft;
  }

  atom(path: string): string {
    return this.#atoms.get(path) ?? 'PENDING';
  }

  note(line: string): void {
    this.log.push(line);
  }

  blame(...all: readonly string[]): void {
    for (const what of all) {
      this.note(`!! ${what}`);
      this.wrong.push(what);
    }
  }

  /** An entry is in the store. @param letsGo nobody has the run from then on, though it is under way */
  durable(process: string, entry: Entry, letsGo: boolean): void {
    const { seq, epoch, transitions, kind } = entry;
    if (kind === 'snapshot') return;
    this.note(`${process} ${seq}.${epoch} ${transitions.map(shown).join(' ')}`);
    if (this.ownership.isFirst(entry)) {
      this.#calls.outdated(epoch);
      this.hearing.lost();
    }
    this.blame(...this.ownership.writes(process, entry));
    this.blame(...this.hearing.writes(process, entry));
    // Where one entry resets a run that was left, it does not rest in between.
    const isReset = transitions.some(([word, state]) => word === 'RUN' && state === 'PENDING');
    for (const one of transitions) if (!isReset || one[1] !== 'SUSPENDED') this.#fold(one, process);
    if (letsGo) this.ownership.isLetGo();
    this.blame(...this.#votes.wrongAfterStep());
  }

  #fold(transition: Transition, process: string): void {
    const [word] = transition;
    switch (word) {
      case 'CREATED':
        this.#anew();
        this.hearing.anew();
        this.state = 'PENDING';
        return;
      case 'RUN':
        this.#runIs(transition[1], process);
        return;
      case 'CANCEL':
      case 'HALT':
        if (!this.hearing.ends(word)) this.blame(`it says ${word}, and nobody has asked for it since it began`);
        return;
      case 'RESET':
        for (let atom = transition[1]; atom < transition[2]; atom++) {
          this.#set(atom, 'PENDING');
          this.#votes.reset(this.#path(atom));
        }
        return;
      case 'RUNNING':
        if (this.hearing.isCancelled) this.blame(`${this.#path(transition[1])} begins, and the run is cancelled`);
        this.#set(transition[1], word);
        return;
      case 'WAIT':
      case 'TRY_AGAIN':
      case 'ATTEMPT':
      case 'INTERRUPTED':
        this.#set(transition[1], STATES[word]);
        return;
      case 'SUCCESS': {
        const path = this.#path(transition[1]);
        const standing = this.#effects.standing(path);
        if (path in this.#plan.after && standing !== 1) this.blame(`${path} is SUCCESS, and its effect is there ${standing} times`);
        for (const [name, value] of Object.entries(transition[2] ?? {})) this.#given.set(name, value);
        this.#set(transition[1], word);
        return;
      }
      case 'REVERTED': {
        const path = this.#path(transition[1]);
        if (this.#effects.isLeft(path)) this.blame(`${path} is REVERTED, and its effect is there`);
        this.#set(transition[1], word);
        return;
      }
      case 'WITHDRAWN': {
        const path = this.#path(transition[1]);
        if (this.#calls.isIn(process, path)) this.blame(`${path} is withdrawn, and was called`);
        this.#set(transition[1], word);
        return;
      }
      case 'VOTE':
        this.blame(...this.#votes.voted(transition[2], transition[3]));
        return;
      case 'FAILURE':
      case 'REVERTING':
      case 'REVERT_FAILURE':
      case 'RETRYING':
      case 'IGNORE':
        this.#set(transition[1], word);
        return;
      case 'TAKEOVER':
        for (const atom of transition[1]) this.#unknown.add(this.#path(atom));
        if (transition[1].some((atom) => this.#plan.resting?.has(this.#path(atom)) === true)) this.hearing.restIsAllowed();
        return;
      case 'FOUND':
        if (!this.#unknown.delete(this.#path(transition[1]))) this.blame('a call is found that was not lost');
        return;
      case 'INTEND':
        if (transition[1] === 'IGNORE') this.blame(...this.#votes.leftOut(this.#plan.atoms.slice(transition[2], transition[3])));
        return;
    }
  }

  #runIs(state: RunState, process: string): void {
    this.state = state;
    this.ownership.rests(state !== 'RUNNING');
    if (state === 'RUNNING') return;
    for (const { path, process: by, phase } of this.#calls.all) this.blame(`${state}, and ${by} is in the ${phase} of ${path}`);
    if (state === 'PENDING') {
      this.#anew();
      this.hearing.wasReset(process);
      return;
    }
    const { isCancelled, isHalted, mayRest } = this.hearing;
    const [plan, effects, votes, stateOf] = [this.#plan, this.#effects, this.#votes, (path: string): string => this.atom(path)];
    this.blame(...wrongAtRest(state, { plan, effects, votes, stateOf, isCancelled, isHalted, mayRest }));
    this.hearing.rests(process, state);
  }

  /** A call of a task begins. @returns what to hand to {@link ends} */
  begins(call: OpenCall): OpenCall {
    const { process, path, key, phase, fence } = call;
    const isLate = this.ownership.isOver(fence);
    this.note(`${process} ${phase} ${path} ${key.slice(-3)}`);
    if (isLate) this.note('  (late)');
    else this.#judgeCall(call);
    if (this.#calls.isMadeAgain(call) && phase === 'execute') this.blame(`${path} is executed twice by ${process}`);
    this.#unknown.delete(path);
    if (isLate) return call;
    this.#calls.begins(call, this.beginnings);
    this.ownership.calls(process);
    return call;
  }

  #judgeCall(call: OpenCall): void {
    const isToRest = this.hearing.isToRest(call.process) && !this.#unknown.has(call.path);
    const stateOf = (path: string): string => this.atom(path);
    const at = { plan: this.#plan, state: this.state, effects: this.#effects, votes: this.#votes, stateOf, isToRest };
    this.blame(...wrongCall(call, { ...at, isHalted: this.hearing.isHalted }));
  }

  ends(call: OpenCall): void {
    this.#calls.ends(call);
  }

  /** It was late when it began, others have taken the run since, or that has begun anew. */
  #isRefused(call: OpenCall): boolean {
    const { fence, process } = call;
    return !this.#calls.isOf(call, this.beginnings) || this.ownership.isOver(fence) || this.ownership.isDead(process);
  }

  /** A task has its effect; once for each piece of work. What comes from a process that has lost the run is refused by its fence. */
  done(call: OpenCall): void {
    if (!this.#isRefused(call) && this.#effects.done(call)) this.blame(`${call.path} is done twice, and was not undone in between`);
  }

  /** @param kind what its revert was told */
  undone(call: OpenCall, kind: string): void {
    if (this.#isRefused(call)) return;
    const { path } = call;
    if (kind !== 'failure') this.#effects.undone(path);
    else if (this.#effects.standing(path) > 0) this.blame(`the revert of ${path} was told that nothing was done`);
  }

  /**
   * A decider is asked.
   *
   * @param told the values that it needs, by name
   */
  asked(process: string, name: string, told: Readonly<Record<string, unknown>>): void {
    this.note(`${process} asks ${name} ${JSON.stringify(told)}`);
    // Who has lost the run may not know it yet, and what it hears is thrown away.
    if (!this.ownership.isOf(process)) return;
    if (this.state !== 'RUNNING') this.blame(`${name} is asked, and the run is ${this.state}`);
    this.blame(...this.#votes.wrongWhenAsked(name));
    for (const [value, is] of Object.entries(told)) {
      if (is !== this.#given.get(value)) this.blame(`${name} is told ${value}: ${String(is)}, and it is ${String(this.#given.get(value))}`);
    }
  }

  died(process: string): void {
    this.note(`${process} dies`);
    this.ownership.died(process);
    this.hearing.died(process);
    this.#calls.died(process);
  }

  /** A message is in the inbox of the run. */
  sent({ kind, id, payload }: InboxMessage): void {
    // Who takes a revert as done has undone it.
    if (kind === 'skipRevert') this.#effects.undone(String(payload));
    const isOver = this.state !== undefined && isEnded(this.state);
    if (isOver && !this.hearing.mayBeSentAtEnd(kind)) this.blame(`a ${kind} is taken, and the run has ended in ${this.state}`);
    this.hearing.sent(kind, id);
  }

  /** Whether there is an engine in this process that goes on with the run already. */
  hears(process: string): boolean {
    return this.#hasIt(process) && this.ownership.isDriven;
  }

  /** A process has been brought a message: its engine hears it, if it has one that goes on already. */
  heard(process: string, { kind, id }: Pick<InboxMessage, 'kind' | 'id'>): void {
    if (this.hears(process)) this.hearing.heard(process, kind, id);
  }

  /** The engine in this process, if it is there, is asked to rest at once. */
  mayRest(process: string): void {
    if (this.#hasIt(process)) this.hearing.restIsAllowed();
  }

  /** It was, without a message. */
  askedToRest(process: string): void {
    if (this.#hasIt(process)) this.hearing.heard(process, 'suspend');
  }

  loaded(process: string, kinds: readonly InboxMessage['kind'][]): void {
    this.hearing.loaded(process, this.state === undefined || isEnded(this.state) ? [] : kinds);
  }

  pruned(): void {
    if (this.state === undefined || !isEnded(this.state)) this.blame(`it is pruned, and is ${this.state}`);
    this.state = undefined;
  }

  #hasIt(process: string): boolean {
    return this.ownership.isOf(process) && this.state === 'RUNNING';
  }

  #anew(): void {
    this.beginnings++;
    this.#atoms.clear();
    this.#effects.forget();
    this.#votes.forget();
    this.#given.clear();
  }

  #path(atom: number): string {
    return this.#plan.atoms[atom] ?? `#${atom}`;
  }

  #set(atom: number, state: string): void {
    this.#atoms.set(this.#path(atom), state);
  }
}
