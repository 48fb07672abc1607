import type { CompiledFlow } from '../../compilation/index.js';
import type { ActiveRun } from '../decide/run.js';
import { executorIndexOf, executorNames, OWN_EXECUTOR } from '../frontier/executor-index.js';
import type { EngineEvent, Limits, Room, StepPlan } from '../state/protocol.js';
import { type AppSlots, CallSlot } from './app-slots.js';
import { type Executors, executorOf } from './executors.js';
import { type SlotAnnouncement, type SlotDesk, TaskSlots } from './task-slots.js';

/** What a run has of the slots of the executors that its tasks name, of the app's own, and of the limits of its tasks. */
export class RunSlots {
  readonly #flow: CompiledFlow;
  /** By executor index. Nothing: the app has none of this name, and its own stands in. */
  readonly #executors: readonly (ExecutorSlots | undefined)[];
  /** Some of them has no more than so many calls of the whole app: else there is nothing to reserve, or to give back. */
  readonly isBounded: boolean;
  readonly #reattaching: readonly number[] | undefined;
  /** Absent: no task of the flow has limits. */
  readonly #tasks: TaskSlots | undefined;

  constructor(run: ActiveRun, { executors, slotDesk }: { readonly executors: Executors; readonly slotDesk?: SlotDesk }) {
    const { flow } = run;
    this.#flow = flow;
    this.#tasks = flow.hasTaskLimits === true ? new TaskSlots(run, slotDesk) : undefined;
    this.#executors = executorNames(flow).map((name) =>
      name !== undefined && !executors.named.has(name) ? undefined : new ExecutorSlots(executorOf(executors, name)),
    );
    this.isBounded = this.#executors.some((executor) => executor?.isBounded);
    const reattaching = this.#executors.flatMap((executor, index) => (executor?.reattaches ? [index] : []));
    if (reattaching.length > 0) this.#reattaching = reattaching;
  }

  /** @param onGiven called when the run has a slot that it has waited for @param post takes what becomes known instead @param announce for listeners */
  attach(onGiven: () => void, post: (event: EngineEvent) => void, announce: SlotAnnouncement): void {
    this.#tasks?.attach(onGiven, post, announce);
    for (const executor of this.#executors) executor?.attach(onGiven);
  }

  /** What the next step may begin: the room of the app's own executor, and that of those which tasks name. */
  reserve(): Room & { readonly named?: readonly (Room | undefined)[] } {
    // With each step: most flows name no executor.
    if (this.#executors.length === 1) return (this.#executors[OWN_EXECUTOR] as ExecutorSlots).reserve();
    const [own, ...named] = this.#executors.map((executor) => executor?.reserve()) as [Room, ...(Room | undefined)[]];
    return named.every((room) => room === undefined) ? own : { ...own, named: [undefined, ...named] };
  }

  /** Atoms of tasks with limits that have slots, for the next step. */
  get granted(): Limits['granted'] {
    return this.#tasks?.granted;
  }

  /** What was decided is written, or held back as the durability allows. */
  written(): void {
    this.#tasks?.written();
  }

  /** The calls of the step have their slots; where one more lacked a slot, the run takes its place in the row. */
  decided(step: StepPlan): void {
    this.#tasks?.decided(step);
    const { commands, lacksSlots } = step;
    if (!this.isBounded) return;
    const calls = new Array<number>(this.#executors.length).fill(0);
    for (const command of commands) if (command.do === 'call') (calls[this.#indexOf(command.atom)] as number)++;
    for (let index = 0; index < calls.length; index++) this.#executors[index]?.decided(calls[index] as number, lacksSlots.includes(index));
  }

  /** A call that was stated is made now: the slot is its own. */
  begin(atom: number): CallSlot | undefined {
    return this.#executors[this.#indexOf(atom)]?.begin();
  }

  /** A call that another engine has begun goes on for this one. */
  takeOver(atom: number): CallSlot | undefined {
    return this.#executors[this.#indexOf(atom)]?.takeOver();
  }

  /** Executors, by index, whose places may still have calls that another engine has begun; nothing: none. */
  get reattaching(): readonly number[] | undefined {
    return this.#reattaching;
  }

  /** Nothing more is called for this run here. @param goesOn somewhere else: what waits for slots of limits keeps its place */
  leave(goesOn = false): void {
    this.#tasks?.leave(goesOn);
    for (const executor of this.#executors) executor?.leave();
  }

  #indexOf(atom: number): number {
    const index = executorIndexOf(this.#flow, atom);
    return this.#executors[index] === undefined ? OWN_EXECUTOR : index;
  }
}

/**
 * What a run has of the slots of one executor. It takes what is free before a step is decided, and gives back at once what the step
 * does not use: so calls that are stated can be made, and deciding stays pure.
 */
class ExecutorSlots {
  /** Absent: they are not bounded. */
  readonly #slots: AppSlots | undefined;
  readonly #perRun: number;
  readonly reattaches: boolean;
  /** Of calls that may be stated, or are stated and not made yet. */
  #reserved = 0;
  #isLeft = false;
  #onGiven: (() => void) | undefined;

  constructor({ executor, slots }: Executors['own']) {
    this.#slots = slots;
    this.#perRun = executor.slots.perRun;
    this.reattaches = typeof executor.reattach === 'function';
  }

  get isBounded(): boolean {
    return this.#slots !== undefined;
  }

  attach(onGiven: () => void): void {
    this.#onGiven = onGiven;
    if (this.#reserved > 0) onGiven();
  }

  reserve(): Room {
    if (this.#slots === undefined) return { capacity: this.#perRun };
    while (this.#reserved < this.#perRun && this.#slots.take()) this.#reserved++;
    return { capacity: this.#perRun, slots: this.#reserved };
  }

  decided(calls: number, lacksSlot: boolean): void {
    this.#keep(calls);
    if (lacksSlot && !this.#isLeft) this.#slots?.wait(this.#given);
    else this.#slots?.leave(this.#given);
  }

  begin(): CallSlot | undefined {
    if (this.#slots === undefined) return undefined;
    this.#reserved--;
    return new CallSlot(this.#slots);
  }

  takeOver(): CallSlot | undefined {
    if (this.#slots === undefined) return undefined;
    this.#slots.takeAnyway();
    return new CallSlot(this.#slots);
  }

  leave(): void {
    this.#isLeft = true;
    this.#slots?.leave(this.#given);
    this.#keep(0);
  }

  #keep(count: number): void {
    for (; this.#reserved > count; this.#reserved--) this.#slots?.giveBack();
  }

  readonly #given = (): void => {
    this.#reserved++;
    this.#onGiven?.();
  };
}
