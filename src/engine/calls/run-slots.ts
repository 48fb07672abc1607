import type { Executor } from '../../calls/index.js';
import type { Decision } from '../state/protocol.js';
import { type AppSlots, CallSlot } from './app-slots.js';

interface SlotSettings {
  readonly slots?: AppSlots | undefined;
  readonly executor: Pick<Executor, 'slots'>;
}

/** Of a run that begins or goes on; nothing where the app does not bound the calls of all its runs. */
export function slotsOf({ slots, executor }: SlotSettings): RunSlots | undefined {
  return slots === undefined ? undefined : new RunSlots(slots, executor.slots.perRun);
}

/**
 * What a run has of the slots of its app. It takes what is free before a step is decided, and gives back at once what the step does
 * not use: so calls that are stated can be made, and deciding stays pure.
 */
export class RunSlots {
  readonly #slots: AppSlots;
  readonly #perRun: number;
  /** Of calls that may be stated, or are stated and not made yet. */
  #reserved = 0;
  #isLeft = false;
  #onGiven: (() => void) | undefined;

  constructor(slots: AppSlots, perRun: number) {
    this.#slots = slots;
    this.#perRun = perRun;
  }

  /** @param onGiven called when the run has a slot that it has waited for */
  attach(onGiven: () => void): void {
    this.#onGiven = onGiven;
    if (this.#reserved > 0) onGiven();
  }

  /** How many calls the next step may begin. */
  reserve(): number {
    while (this.#reserved < this.#perRun && this.#slots.take()) this.#reserved++;
    return this.#reserved;
  }

  /** The calls of the step have their slots; where one more lacked a slot, the run takes its place in the row. */
  decided({ commands, lacksSlot }: Decision): void {
    this.#keep(commands.filter((command) => command.do === 'call').length);
    if (lacksSlot && !this.#isLeft) this.#slots.wait(this.#given);
    else this.#slots.leave(this.#given);
  }

  /** A call that was stated is made now: the slot is its own. */
  begin(): CallSlot {
    this.#reserved--;
    return new CallSlot(this.#slots);
  }

  /** Nothing more is called for this run. */
  leave(): void {
    this.#isLeft = true;
    this.#slots.leave(this.#given);
    this.#keep(0);
  }

  #keep(count: number): void {
    for (; this.#reserved > count; this.#reserved--) this.#slots.giveBack();
  }

  readonly #given = (): void => {
    this.#reserved++;
    this.#onGiven?.();
  };
}
