import type { CallEnd } from '../../calls/index.js';
import type { RemoteCall } from './remote-call.js';

/** Of calls that were given up, so many are remembered: their ends may still come. */
const MOST_GIVEN_UP = 1_000;

/** The calls of an engine on other machines, by their numbers and by their pieces of work. */
export class RemoteCalls {
  readonly #byNumber = new Map<number, RemoteCall>();
  /** The last one of each piece of work. */
  readonly #byName = new Map<string, RemoteCall>();
  readonly #inFlight = new Map<string, number>();
  readonly #givenUp = new Map<number, RemoteCall>();

  add(call: RemoteCall): void {
    this.#byNumber.set(call.number, call);
    this.#byName.set(call.name, call);
  }

  get(number: number): RemoteCall | undefined {
    return this.#byNumber.get(number);
  }

  all(): readonly RemoteCall[] {
    return [...this.#byNumber.values()];
  }

  /** So many lie in this queue, or are in the hands of its workers. */
  inFlight(queue: string): number {
    return this.#inFlight.get(queue) ?? 0;
  }

  given(call: RemoteCall, queue: string): void {
    call.queue = queue;
    this.#inFlight.set(queue, this.inFlight(queue) + 1);
  }

  /** It is over. If its own end was not heard, that may come later. */
  over(call: RemoteCall): void {
    if (!this.#byNumber.delete(call.number)) return;
    if (this.#byName.get(call.name) === call) this.#byName.delete(call.name);
    if (call.queue === undefined) return;
    this.#inFlight.set(call.queue, this.inFlight(call.queue) - 1);
    this.#giveUp(call);
  }

  /** No worker has said in time that it has it. One may all the same, and end it. */
  notFound(call: RemoteCall): void {
    this.over(call);
    this.#giveUp(call);
  }

  #giveUp(call: RemoteCall): void {
    this.#givenUp.set(call.number, call);
    for (const [oldest] of this.#givenUp) {
      if (this.#givenUp.size <= MOST_GIVEN_UP) break;
      this.#givenUp.delete(oldest);
    }
  }

  /**
   * A worker says how a call has ended. Where that was given up, and the piece of work is being done again, its result is good all the
   * same: the first one counts, and of the other one listeners hear.
   *
   * @returns what resolves when that is durable
   */
  async ended(number: number, end: CallEnd): Promise<void> {
    const call = this.#byNumber.get(number);
    if (call !== undefined) {
      const recorded = call.ended(end);
      // Nothing more comes of this one.
      if (end.kind !== 'lost') this.#givenUp.delete(number);
      return recorded;
    }
    const former = this.#givenUp.get(number);
    if (former === undefined) return;
    this.#givenUp.delete(number);
    const present = this.#byName.get(former.name);
    if (present !== undefined && end.kind === 'result' && !present.isUnwanted) return present.ended(end);
    if (end.kind !== 'lost') former.late(end);
  }
}
