import type { RunState } from '../../src/model/states.js';
import type { Entry, InboxMessage, Transition } from '../../src/persistence/index.js';
import { type OpenCall, type Plan, shown } from './plan.js';

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
  /** How many messages were sent. */
  sendings = 0;
  readonly #plan: Plan;
  readonly #atoms = new Map<string, string>();
  readonly #effects = new Map<string, Set<string>>();
  readonly #open = new Set<OpenCall>();
  /** In which beginning of the run a call was made. */
  readonly #callsOf = new WeakMap<OpenCall, number>();
  /** Pieces of work, and the processes that were called for them since the run was theirs. */
  readonly #called = new Set<string>();
  readonly #dead = new Set<string>();
  /** Those that have died, or were stopped. */
  readonly #gone = new Set<string>();
  /** Those that are to take the run although another one has it. */
  readonly #forcing = new Set<string>();
  /** Nobody has it: it has ended, is suspended, or is not begun. */
  #rests = false;
  #epoch = 0;
  #cancelled = false;
  #mayCancel = false;
  #mayRest = false;
  /** Entries without a word of a cancel that the process that writes them had heard. */
  #unheeded: number | undefined;
  /** Processes that have heard of a suspension. */
  readonly #resting = new Set<string>();
  /** What a taker found in the inbox, by its process. */
  readonly #found = new Map<string, readonly InboxMessage['kind'][]>();
  /** Messages that have come since a process has read the run. */
  readonly #sentSince = new Map<string, InboxMessage['kind'][]>();
  /** Atoms that were in flight when their process was lost, and have not been called since. */
  readonly #unknown = new Set<string>();
  #owner: string | undefined;
  /** Its engine has gone on since it was made: what its app is asked reaches it at once. */
  #isDriven = false;

  readonly #knowsWhoLives: boolean;

  /** @param knowsWhoLives no process that lives is ever taken for dead: not where a lease may end because a machine is slow */
  constructor(plan: Plan, knowsWhoLives: boolean) {
    this.#plan = plan;
    this.#knowsWhoLives = knowsWhoLives;
  }

  /** It is under way, and the process that had it has died. */
  get isLeft(): boolean {
    return this.state === 'RUNNING' && this.#owner !== undefined && this.#dead.has(this.#owner);
  }

  atom(path: string): string {
    return this.#atoms.get(path) ?? 'PENDING';
  }

  note(line: string): void {
    this.log.push(line);
  }

  blame(what: string): void {
    this.note(`!! ${what}`);
    this.wrong.push(what);
  }

  /** An entry is in the store. */
  durable(process: string, { seq, epoch, transitions, kind }: Entry): void {
    if (kind === 'snapshot') return;
    this.note(`${process} ${seq}.${epoch} ${transitions.map(shown).join(' ')}`);
    const isNew = transitions.some(([word]) => word === 'CREATED');
    if (isNew) this.#epoch = -1;
    if (epoch < this.#epoch) this.blame(`${process} wrote entry ${seq} of epoch ${epoch}, after one of ${this.#epoch}`);
    const isFirst = epoch > this.#epoch;
    if (isFirst) this.#lost(epoch);
    this.#epoch = epoch;
    this.#owner = process;
    this.#rests = false;
    this.#isDriven = !isFirst;
    const cancels = transitions.some(([word]) => word === 'CANCEL');
    const found = this.#found.get(process) ?? [];
    if (transitions.some(([word]) => word === 'TAKEOVER')) {
      if (found.includes('cancel') && !cancels && !this.#cancelled)
        this.blame(`${process} took the run, and did not heed the cancel in its inbox`);
      this.#found.delete(process);
      const isFree = this.#owner === undefined || this.#owner === process || this.#gone.has(this.#owner) || this.#rests;
      if (!isFree && !this.#forcing.delete(process) && this.#knowsWhoLives)
        this.blame(`${process} took the run from ${this.#owner}, which is alive`);
    }
    if (this.#unheeded !== undefined && transitions.length > 0) {
      if (cancels) this.#unheeded = undefined;
      else if (++this.#unheeded > 1) this.blame(`${process} has heard of a cancel, and wrote entry ${seq} without it`);
    }
    for (const transition of transitions) this.#fold(transition, process);
  }

  #fold(transition: Transition, process: string): void {
    const [word] = transition;
    switch (word) {
      case 'CREATED':
        this.#anew();
        this.state = 'PENDING';
        return;
      case 'RUN':
        this.#runIs(transition[1], process);
        return;
      case 'CANCEL':
        if (!this.#mayCancel) this.blame('it was cancelled, and nobody has asked for it since it began');
        this.#cancelled = true;
        return;
      case 'RESET':
        for (let atom = transition[1]; atom < transition[2]; atom++) this.#set(atom, 'PENDING');
        return;
      case 'RUNNING':
        if (this.#cancelled) this.blame(`${this.#path(transition[1])} begins, and the run is cancelled`);
        this.#set(transition[1], word);
        return;
      case 'ATTEMPT':
        this.#set(transition[1], 'SUCCESS');
        return;
      case 'INTERRUPTED':
        this.#set(transition[1], 'FAILURE');
        return;
      case 'SUCCESS': {
        const path = this.#path(transition[1]);
        if (path in this.#plan.after && this.#standing(path) !== 1)
          this.blame(`${path} is SUCCESS, and its effect is there ${this.#standing(path)} times`);
        this.#set(transition[1], word);
        return;
      }
      case 'REVERTED': {
        const path = this.#path(transition[1]);
        if (this.#isLeft(path)) this.blame(`${path} is REVERTED, and its effect is there`);
        this.#set(transition[1], word);
        return;
      }
      case 'WITHDRAWN': {
        const path = this.#path(transition[1]);
        for (const call of this.#open)
          if (call.path === path && call.process === process) this.blame(`${path} is withdrawn, and was called`);
        this.#set(transition[1], word);
        return;
      }
      case 'FAILURE':
      case 'REVERTING':
      case 'REVERT_FAILURE':
      case 'RETRYING':
      case 'IGNORE':
        this.#set(transition[1], word);
        return;
      case 'TAKEOVER':
        for (const atom of transition[1]) this.#unknown.add(this.#path(atom));
        if (transition[1].some((atom) => this.#plan.resting?.has(this.#path(atom)) === true)) this.#mayRest = true;
        return;
      case 'FLOW':
      case 'INTEND':
      case 'SLEEP':
      case 'UNSETTLED':
      case 'SETTLED':
      case 'DECIDED':
      case 'VOTE':
      case 'SAVED':
      case 'PROGRESS':
      case 'SNAPSHOT':
    }
  }

  #runIs(state: RunState, process: string): void {
    this.state = state;
    this.#rests = state !== 'RUNNING';
    switch (state) {
      case 'RUNNING':
        return;
      case 'PENDING': {
        this.#noneUnderWay(state);
        this.#anew();
        // What came while it was being reset is meant for what begins now.
        const since = this.#sentSince.get(process) ?? [];
        this.#mayCancel = since.includes('cancel');
        this.#mayRest = since.includes('suspend');
        return;
      }
      case 'SUSPENDED':
        this.#noneUnderWay(state);
        if (!this.#mayRest) this.blame('it is SUSPENDED, and nobody has asked for it');
        this.#mayRest = false;
        break;
      case 'SUCCESS':
        for (const path of Object.keys(this.#plan.after)) {
          const expected = this.atom(path) === 'IGNORE' ? 0 : 1;
          if (this.#standing(path) !== expected) this.blame(`SUCCESS, and the effect of ${path} is there ${this.#standing(path)} times`);
        }
        if (this.#cancelled) this.blame('SUCCESS, and it was cancelled');
        break;
      case 'CANCELLED':
      case 'REVERTED':
        if ((state === 'CANCELLED') !== this.#cancelled) this.blame(`${state}, and it was ${this.#cancelled ? '' : 'not '}cancelled`);
        for (const path of Object.keys(this.#plan.after))
          if (this.#isLeft(path)) this.blame(`${state}, and the effect of ${path} is there`);
        break;
      case 'FAILURE':
        if (this.#effects.size === 0 && ![...this.#atoms.values()].some((one) => one === 'REVERT_FAILURE' || one === 'FAILURE'))
          this.blame('FAILURE, and nothing is left');
    }
    if (state !== 'SUSPENDED') {
      this.#noneUnderWay(state);
      this.#mayCancel = this.#mayRest = false;
      this.#found.clear();
    }
    this.#unheeded = undefined;
    this.#resting.delete(process);
  }

  /** A call of a task begins. @returns what to hand to {@link ends} */
  begins(call: OpenCall): OpenCall {
    const { process, path, key, phase, fence } = call;
    this.note(`${process} ${phase} ${path} ${key.slice(-3)}`);
    if (fence < this.#epoch) this.note(`  (late: ${fence} < ${this.#epoch})`);
    else if (phase === 'execute') this.#judgeExecute(call);
    else this.#judgeRevert(call);
    const once = `${process} ${phase} ${key} ${fence}`;
    if (phase === 'execute' && this.#called.has(once)) this.blame(`${path} is executed twice by ${process}`);
    this.#called.add(once);
    this.#unknown.delete(path);
    if (fence < this.#epoch) return call;
    this.#open.add(call);
    this.#callsOf.set(call, this.beginnings);
    if (process === this.#owner) this.#isDriven = true;
    return call;
  }

  #judgeExecute({ path, process }: OpenCall): void {
    if (this.atom(path) !== 'RUNNING') this.blame(`${path} is executed, and is ${this.atom(path)} in the store`);
    if (this.state !== 'RUNNING') this.blame(`${path} is executed, and the run is ${this.state}`);
    if (this.#resting.has(process) && !this.#unknown.has(path)) this.blame(`${path} is executed by ${process}, which was asked to rest`);
    for (const before of this.#plan.after[path] ?? []) {
      if (this.#standing(before) === 0 && this.atom(before) !== 'IGNORE')
        this.blame(`${path} is executed, and ${before} before it is not done`);
    }
  }

  #judgeRevert({ path }: OpenCall): void {
    if (this.atom(path) !== 'REVERTING') this.blame(`${path} is reverted, and is ${this.atom(path)} in the store`);
    if (this.state !== 'RUNNING') this.blame(`${path} is reverted, and the run is ${this.state}`);
    for (const [later, before] of Object.entries(this.#plan.after)) {
      if (before.includes(path) && this.#isLeft(later)) this.blame(`${path} is reverted, and ${later} after it is done`);
    }
  }

  ends(call: OpenCall): void {
    this.#open.delete(call);
  }

  /** It was late when it began, others have taken the run since, or that has begun anew. */
  #isRefused(call: OpenCall): boolean {
    return this.#callsOf.get(call) !== this.beginnings || call.fence < this.#epoch || this.#dead.has(call.process);
  }

  /** A task has its effect; once for each piece of work. What comes from a process that has lost the run is refused by its fence. */
  done(call: OpenCall): void {
    if (this.#isRefused(call)) return;
    const { path, key } = call;
    const keys = this.#effects.get(path) ?? new Set();
    if (this.#plan.lasting?.has(path) === true) keys.clear();
    if (keys.size > 0 && !keys.has(key)) this.blame(`${path} is done twice, and was not undone in between`);
    this.#effects.set(path, keys.add(key));
  }

  /** @param kind what its revert was told */
  undone(call: OpenCall, kind: string): void {
    if (this.#isRefused(call)) return;
    const { path } = call;
    if (kind !== 'failure') this.#effects.delete(path);
    else if (this.#standing(path) > 0) this.blame(`the revert of ${path} was told that nothing was done`);
  }

  died(process: string): void {
    this.note(`${process} dies`);
    this.#dead.add(process);
    this.#gone.add(process);
    this.#resting.delete(process);
    this.#unheeded = undefined;
    for (const call of this.#open) if (call.process === process) this.#open.delete(call);
  }

  /** A message is in the inbox of the run. */
  sent({ kind, payload }: InboxMessage): void {
    this.sendings++;
    for (const kinds of this.#sentSince.values()) kinds.push(kind);
    // Who takes a revert as done has undone it.
    if (kind === 'skipRevert') this.#effects.delete(String(payload));
    const isOver = ['SUCCESS', 'REVERTED', 'CANCELLED', 'FAILURE'].includes(this.state ?? '');
    if (isOver && (kind === 'cancel' || kind === 'suspend')) this.blame(`a ${kind} is taken, and the run has ended in ${this.state}`);
    if (kind === 'cancel') this.#mayCancel = true;
    if (kind === 'suspend') this.#mayRest = true;
  }

  /** Whether there is an engine in this process that goes on with the run already. */
  hears(process: string): boolean {
    return this.#owner === process && this.state === 'RUNNING' && this.#isDriven;
  }

  /** A process has been brought a message: its engine hears it, if it has one that goes on already. */
  heard(process: string, kind: InboxMessage['kind']): void {
    if (!this.hears(process)) return;
    if (kind === 'suspend') this.#resting.add(process);
    if (kind === 'cancel' && !this.#cancelled) this.#unheeded ??= 0;
  }

  /** The engine in this process, if it is there, is asked to rest at once. */
  mayRest(process: string): void {
    if (this.#owner === process && this.state === 'RUNNING') this.#mayRest = true;
  }

  /** It was, without a message. */
  askedToRest(process: string): void {
    if (this.#owner === process && this.state === 'RUNNING') this.#resting.add(process);
  }

  stops(process: string): void {
    this.#gone.add(process);
  }

  mayForce(process: string): void {
    this.#forcing.add(process);
  }

  loaded(process: string, kinds: readonly InboxMessage['kind'][]): void {
    this.#sentSince.set(process, []);
    // What it reads later it reads for somebody else: it may have come too late for the first reader, who takes the run.
    if (this.#found.has(process)) return;
    this.#found.set(process, this.state === 'RUNNING' || this.state === 'SUSPENDED' || this.state === 'PENDING' ? kinds : []);
  }

  pruned(): void {
    if (this.state === undefined || !['SUCCESS', 'REVERTED', 'CANCELLED', 'FAILURE'].includes(this.state)) {
      this.blame(`it is pruned, and is ${this.state}`);
    }
    this.state = undefined;
  }

  /** Another process has the run: nobody waits for the calls of the one before. */
  #lost(epoch: number): void {
    for (const call of this.#open) if (call.fence < epoch) this.#open.delete(call);
    this.#resting.clear();
    this.#unheeded = undefined;
  }

  #noneUnderWay(state: RunState): void {
    for (const { path, process, phase } of this.#open) this.blame(`${state}, and ${process} is in the ${phase} of ${path}`);
  }

  #anew(): void {
    this.#found.clear();
    this.beginnings++;
    this.#atoms.clear();
    this.#effects.clear();
    this.#cancelled = this.#mayCancel = this.#mayRest = false;
    this.#unheeded = undefined;
  }

  /** Something of it is there that somebody has to undo. */
  #isLeft(path: string): boolean {
    return this.#standing(path) > 0 && this.#plan.lasting?.has(path) !== true;
  }

  #standing(path: string): number {
    return this.#effects.get(path)?.size ?? 0;
  }

  #path(atom: number): string {
    return this.#plan.atoms[atom] ?? `#${atom}`;
  }

  #set(atom: number, state: string): void {
    this.#atoms.set(this.#path(atom), state);
  }
}
