import type { Delivery } from '../../transport/index.js';
import type { CallName } from '../wire/messages.js';
import type { TakenCall } from './taken-call.js';

/** A call that a worker has in hand. */
export interface InHand {
  readonly taken: TakenCall;
  /** Resolves when its end is sure to arrive. */
  readonly done: Promise<void>;
  readonly deliveries: Set<Delivery>;
}

/** The calls that a worker has in hand, by the names that their engines have for them. */
export class CallsInHand {
  readonly #byName = new Map<string, InHand>();
  /** The last one of each piece of work. */
  readonly #byWork = new Map<string, InHand>();

  get size(): number {
    return this.#byName.size;
  }

  all(): readonly InHand[] {
    return [...this.#byName.values()];
  }

  add(call: InHand): void {
    this.#byName.set(keyOf(call.taken.name), call);
    this.#byWork.set(call.taken.work, call);
  }

  remove({ taken }: Pick<InHand, 'taken'>): void {
    this.#byName.delete(keyOf(taken.name));
    if (this.#byWork.get(taken.work)?.taken === taken) this.#byWork.delete(taken.work);
  }

  get(name: CallName): InHand | undefined {
    return this.#byName.get(keyOf(name));
  }

  /** Gives the call of this piece of work to an engine that asks for it, if there is one, and that one may have it. */
  move(work: string, to: CallName, fence: number): InHand | undefined {
    const call = this.#byWork.get(work);
    if (call === undefined) return undefined;
    const from = keyOf(call.taken.name);
    if (!call.taken.moveTo(to, fence)) return undefined;
    this.#byName.delete(from);
    this.#byName.set(keyOf(to), call);
    return call;
  }
}

export function keyOf({ engine, call }: CallName): string {
  return `${engine} ${call}`;
}
