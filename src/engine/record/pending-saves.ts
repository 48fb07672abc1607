import type { EngineEvent, StepPlan } from '../state/protocol.js';
import type { Instead } from './split-refused-step.js';

const TOO_LATE = 'ctx.save came after the task had ended, or after its run was given up: nothing was saved';

/** A call of `ctx.save` that waits until what it saves is durable. */
export interface PendingSave {
  readonly event: Extract<EngineEvent, { kind: 'saved' }>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function savedTooLate(): Error {
  return new Error(TOO_LATE);
}

/** Who waits for `ctx.save`, by the step that takes it. */
export class PendingSaves {
  #waiting: PendingSave[] = [];
  #present: PendingSave[] = [];

  add(save: PendingSave): void {
    this.#waiting.push(save);
  }

  /** What waits is for the step that begins now. */
  begin(): void {
    this.#present = this.#waiting;
    this.#waiting = [];
  }

  /** The step is another one, as the store refused it. */
  changed({ now, later }: Instead, refused: unknown): void {
    this.#waiting.unshift(...this.#present.filter(({ event }) => later.includes(event)));
    for (const { event, reject } of this.#present) if (!now.includes(event) && !later.includes(event)) reject(refused);
    this.#present = this.#present.filter(({ event }) => now.includes(event));
  }

  /** The step is durable. */
  done({ transitions }: StepPlan): void {
    for (const { event, resolve, reject } of this.#present.splice(0)) {
      if (transitions.some(([word, atom]) => word === 'SAVED' && atom === event.call.atom)) resolve();
      else reject(savedTooLate());
    }
  }

  /** Nothing more is saved. */
  end(reason: unknown): void {
    for (const { reject } of [...this.#present.splice(0), ...this.#waiting.splice(0)]) reject(reason);
  }
}
