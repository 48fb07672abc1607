import type { CompiledTask } from '../../compilation/index.js';
import { type Failure, statedFailure, toFailure } from '../../model/failure.js';
import { inWords } from '../../model/in-words.js';
import { NO_KEY } from '../../model/limits/flow-limits.js';
import { keyText, LONGEST_KEY } from '../../model/limits/task-limits.js';
import type { SlotHolder, SlotRequest } from '../../persistence/index.js';
import type { ActiveRun } from '../decide/run.js';
import { isLimited } from '../frontier/executor-index.js';
import type { EngineEvent, StepPlan } from '../state/protocol.js';
import { inputsOf } from '../state/values.js';
import { ENDS_CALL } from './ended-calls.js';

/** Where the runs of an app ask for slots of tasks with limits: it asks the store for all of them. */
export interface SlotDesk {
  /** @param asker who leaves it, too @param given called once, when it has the slot; never after {@link leave} */
  ask(asker: object, request: SlotRequest, given: () => void): void;
  /** They are not wanted, or not used, any more. @param keepsPlaces those that wait are asked for by whoever has the run next */
  leave(asker: object, holders: readonly SlotHolder[], keepsPlaces?: boolean): void;
  /** Slots have become free: it asks again at once. */
  freed(): void;
}

/** Says to listeners that a task waits for a slot of a limit, or has it. */
export type SlotAnnouncement = (atom: number, limit: string, outcome: 'waiting' | 'granted') => void;

/** What one run has of the slots of its tasks with limits. */
export class TaskSlots {
  readonly #run: ActiveRun;
  readonly #desk: SlotDesk | undefined;
  /** Asked for, and not given yet. */
  readonly #wanted = new Set<number>();
  /** Given, and not used yet. */
  readonly #granted = new Set<number>();
  /** What the steps say that are not written yet. */
  #wants: number[] = [];
  #unused: number[] = [];
  #frees = false;
  #isAsking = false;
  #isLeft = false;
  #onGiven: (() => void) | undefined;
  #post: ((event: EngineEvent) => void) | undefined;
  #announce: SlotAnnouncement | undefined;

  constructor(run: ActiveRun, desk: SlotDesk | undefined) {
    this.#run = run;
    this.#desk = desk;
  }

  /** @param onGiven called when there is a slot @param post takes what is known instead @param announce for listeners */
  attach(onGiven: () => void, post: (event: EngineEvent) => void, announce: SlotAnnouncement): void {
    this.#onGiven = onGiven;
    this.#post = post;
    this.#announce = announce;
  }

  /** Atoms that have slots, for the next step. */
  get granted(): readonly number[] | undefined {
    return this.#granted.size === 0 ? undefined : [...this.#granted];
  }

  decided({ commands, wants, unused, transitions }: StepPlan): void {
    for (const command of commands) if (command.do === 'call') this.#granted.delete(command.atom);
    for (const atom of unused) this.#granted.delete(atom);
    this.#unused.push(...unused);
    this.#wants.push(...wants);
    this.#frees ||= transitions.some((transition) => ENDS_CALL.has(transition[0]) && isLimited(this.#run.flow, transition[1] as number));
  }

  /**
   * What was decided is written. Before, nothing may be asked for: a slot that an entry gives back would be granted again for the
   * same atom, and be gone then.
   */
  written(): void {
    if (this.#isLeft) return;
    this.#isAsking = true;
    this.#leaveUnwanted();
    const [wants, unused, frees] = [this.#wants, this.#unused, this.#frees];
    if (wants.length === 0 && unused.length === 0 && !frees) return;
    this.#wants = [];
    this.#unused = [];
    this.#frees = false;
    if (unused.length > 0) this.#desk?.leave(this, this.#holders(unused));
    for (const atom of wants) this.#ask(atom);
    if (frees) this.#desk?.freed();
  }

  /** Nothing more is called. @param keepsPlaces what waits keeps its place, for whoever goes on with the run */
  leave(keepsPlaces: boolean): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    if (!this.#isAsking) return;
    if (this.#wanted.size > 0) this.#desk?.leave(this, this.#holders(this.#wanted), keepsPlaces);
    const unused = [...this.#granted, ...this.#unused];
    if (unused.length > 0) this.#desk?.leave(this, this.#holders(unused));
  }

  /** What was taken back meanwhile does not wait any more. */
  #leaveUnwanted(): void {
    if (this.#wanted.size === 0) return;
    const unwanted = [...this.#wanted].filter((atom) => !this.#run.frontier.parked.has(atom));
    if (unwanted.length === 0) return;
    for (const atom of unwanted) this.#wanted.delete(atom);
    this.#desk?.leave(this, this.#holders(unwanted));
  }

  #ask(atom: number): void {
    if (this.#wanted.has(atom) || this.#granted.has(atom)) return;
    const { limits } = this.#run.flow.atoms[atom] as CompiledTask;
    const key = this.#keyOf(atom);
    if (limits === undefined) return;
    if (typeof key !== 'string') this.#post?.({ kind: 'uncounted', atom, failure: key });
    else if (this.#desk === undefined) this.#post?.({ kind: 'uncounted', atom, failure: noSlots(limits.name) });
    else {
      const { name, concurrency, rate } = limits;
      this.#wanted.add(atom);
      const stated = { ...(concurrency === undefined ? {} : { concurrency }), ...(rate === undefined ? {} : { rate }) };
      this.#announce?.(atom, name, 'waiting');
      this.#desk.ask(this, { runId: this.#run.status.runId, atom, name, key, limits: stated }, () => this.#given(atom, name));
    }
  }

  #given(atom: number, limit: string): void {
    this.#wanted.delete(atom);
    if (this.#isLeft) {
      this.#desk?.leave(this, this.#holders([atom]));
      return;
    }
    this.#granted.add(atom);
    this.#announce?.(atom, limit, 'granted');
    this.#onGiven?.();
  }

  /** By which value the call is counted, or why that can't be said. */
  #keyOf(atom: number): string | Failure {
    const { path, limits, task, inputs } = this.#run.flow.atoms[atom] as CompiledTask;
    const key = limits?.key;
    if (key === undefined) return NO_KEY;
    try {
      const { codec } = this.#run;
      const stored = Object.entries(inputsOf(this.#run, path, task.requires, inputs));
      const values: Readonly<Record<string, unknown>> = Object.fromEntries(stored.map(([name, value]) => [name, codec.decode(value)]));
      const value = typeof key === 'string' ? values[key] : (key as (inputs: object) => unknown)(values);
      return keyText(value) ?? uncountable(path, typeof key === 'string' ? `'${key}'` : 'what its function gives', value);
    } catch (error) {
      return toFailure(error);
    }
  }

  #holders(atoms: Iterable<number>): readonly SlotHolder[] {
    const { runId } = this.#run.status;
    return [...atoms].map((atom) => ({ runId, atom }));
  }
}

function uncountable(path: string, what: string, value: unknown): Failure {
  const message = `'${path}' can't be counted by ${what}, which is ${inWords(value)}: it has to be a text of at most ${LONGEST_KEY} characters, a number or a boolean`;
  return statedFailure({ name: 'TaskContractError', code: 'LIMIT_KEY_UNFIT', message });
}

function noSlots(name: string): Failure {
  const message = `the store of this app knows no slots, so that '${name}' can't be limited in it`;
  return statedFailure({ name: 'TaskContractError', code: 'NO_SLOTS', message });
}
