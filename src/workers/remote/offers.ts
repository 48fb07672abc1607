import type { TaskDefinition } from '../../authoring/index.js';
import type { TaskRequest } from '../../calls/index.js';
import { differencesOfTask, manifestOfTask, type TaskManifest } from '../../places/index.js';
import type { WorkerOffer } from '../wire/messages.js';

interface Heard {
  readonly offer: WorkerOffer;
  heardMs: number;
}

/** A queue whose workers can make a call, and how many they make at once. */
export interface FittingQueue {
  readonly queue: string;
  readonly concurrency: number;
}

/** The workers that an engine has heard of, and which of them can make which calls. */
export class Offers {
  readonly #workers = new Map<string, Heard>();
  readonly #needsCodec: boolean;
  #expected: readonly TaskManifest[] = [];
  readonly #fitting = new Map<string, FittingQueue | undefined>();

  /** @param needsCodec whether the app has a codec of its own */
  constructor(needsCodec: boolean) {
    this.#needsCodec = needsCodec;
  }

  /** What the flows of the app know of their tasks. */
  expect(tasks: readonly TaskDefinition[]): void {
    this.#expected = tasks.map(manifestOfTask);
    this.#fitting.clear();
  }

  /** What the flows of the app know of the tasks of these works; nothing of flows that are made from data. */
  expectedOf(works: readonly Pick<TaskRequest, 'task' | 'version'>[]): readonly TaskManifest[] {
    return this.#expected.filter(({ name, version }) => works.some((one) => one.task === name && one.version === version));
  }

  heard(offer: WorkerOffer, nowMs: number): void {
    this.#workers.set(offer.worker, { offer, heardMs: nowMs });
    this.#fitting.clear();
  }

  /** @returns whether it is known what this worker can do */
  isAlive(worker: string, nowMs: number): boolean {
    const known = this.#workers.get(worker);
    if (known !== undefined) known.heardMs = nowMs;
    return known !== undefined;
  }

  forget(worker: string): void {
    if (this.#workers.delete(worker)) this.#fitting.clear();
  }

  /** Those that were not heard since then are not counted with any more. */
  forgetSilent(sinceMs: number): void {
    for (const [worker, { heardMs }] of this.#workers) if (heardMs < sinceMs) this.forget(worker);
  }

  /** Where this call is given to: of several versions of a task set that fit, to that whose workers began last. */
  queueFor({ task, version }: TaskRequest): FittingQueue | undefined {
    const key = `${version} ${task}`;
    if (this.#fitting.has(key)) return this.#fitting.get(key);
    const fits = [...this.#workers.values()]
      .map(({ offer }) => offer)
      .filter((offer) => this.#differences(offer, task, version).length === 0);
    const newest = fits.reduce<WorkerOffer | undefined>(
      (one, other) => (one && one.startedAtMs >= other.startedAtMs ? one : other),
      undefined,
    );
    const found = newest && {
      queue: newest.queue,
      concurrency: fits.filter(({ queue }) => queue === newest.queue).reduce((sum, { concurrency }) => sum + concurrency, 0),
    };
    this.#fitting.set(key, found);
    return found;
  }

  /** Why nobody can make this call now. */
  whyNone({ task, version }: TaskRequest): string {
    const offers = [...new Map([...this.#workers.values()].map(({ offer }) => [offer.queue, offer])).values()];
    if (offers.length === 0) return 'no worker of this task set was heard of';
    return offers.map((offer) => `workers of ${offer.queue} can't: ${this.#differences(offer, task, version).join('; ')}`).join('; ');
  }

  #differences({ tasks, hasCodec }: WorkerOffer, task: string, version: number): readonly string[] {
    const offered = tasks.find(({ name }) => name === task);
    const expected = this.#expected.find((one) => one.name === task && one.version === version);
    const wrong =
      this.#needsCodec && !hasCodec ? ['the app has a codec of its own, and they have none: give it as taskSet({ codec })'] : [];
    if (expected !== undefined) return [...wrong, ...differencesOfTask(expected, offered)];
    // Of flows that are made from data no more is known.
    if (offered === undefined) return [...wrong, `task '${task}' is not in their task set`];
    return offered.version === version
      ? wrong
      : [...wrong, `task '${task}': version is ${version} in the flow and ${offered.version} there`];
  }
}
