import { type FlowEvent, StoredEvents } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { Pause } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import { RunNotFoundError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { isEnded } from '../../model/states.js';
import type { Entry, Journal, LoadedRun, LoadOptions, RunSummary } from '../../persistence/index.js';
import { retryUnavailable } from '../driving/retry-unavailable.js';
import { unlessAborted } from '../driving/unless-aborted.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { FollowOptions } from '../views/follow-options.js';
import { flowIfAny } from './archive.js';

/** What other processes write is looked for so often; what this one writes is known at once. */
const EVERY_MS = 500;

export interface FollowParts {
  readonly journal: Pick<Journal, 'load'>;
  readonly clock: Clock;
  readonly codec: Codec;
  readonly storeTimeoutMs: number;
  readonly flows: FlowFinder;
  readonly runs: {
    /** @throws RunNotFoundError */
    find(id: string): Promise<RunSummary>;
  };
  readonly store: {
    /** @throws AppStoppedError when the app stops before there is an answer */
    reading<Answer>(read: () => Promise<Answer>): Promise<Answer>;
  };
  readonly listeners: {
    /** The returned function removes it. */
    add(listener: () => void, filter: { readonly runId: string }): () => void;
  };
}

/** What becomes of runs, from the journal. */
export class FollowedRuns {
  readonly #parts: FollowParts;

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  /**
   * The events of a run; each loop over them begins anew. Nothing is read before they are asked for.
   *
   * @param check may refuse a run of another flow
   * @throws TypeError
   */
  follow(id: string, options: FollowOptions = {}, check?: (run: RunSummary) => void): AsyncIterable<FlowEvent> {
    const { after } = options;
    if (after !== undefined && !(Number.isInteger(after) && after >= -1))
      throw new TypeError(`after is ${inWords(after)}: it must be the seq of an event`);
    return { [Symbol.asyncIterator]: () => this.#events(id, options, check) };
  }

  async *#events(id: string, { after = -1, signal }: FollowOptions, check?: (run: RunSummary) => void): AsyncGenerator<FlowEvent, void> {
    const { clock, storeTimeoutMs, store, listeners, journal } = this.#parts;
    const pause = new Pause(clock);
    const off = listeners.add(() => pause.wake(), { runId: id });
    let isDone = false;
    // What is asked ends with the answer of the store, with the app, or with the signal.
    const asking = <Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> =>
      store.reading(() => unlessAborted(retryUnavailable(ask, { clock, storeTimeoutMs, isOver: () => isDone }), signal));
    try {
      if (signal?.aborted) return;
      const begun = await asking(() => this.#begin(id, after, check));
      let page = begun?.page;
      while (begun !== undefined && page !== undefined) {
        const { stored } = begun;
        for (const event of page.flatMap((entry) => stored.of(entry))) {
          if (signal?.aborted) return;
          if ((event.seq ?? 0) > after) yield event;
        }
        if (page.length === 0) {
          if (isEnded(stored.status.state)) return;
          await store.reading(() => unlessAborted(pause.for(EVERY_MS), signal));
        }
        if (signal?.aborted) return;
        page = await asking(() => pageAfter(id, stored.status, journal));
      }
    } finally {
      isDone = true;
      off();
      pause.wake();
    }
  }

  /** The first page of what is stored, from where its events can be said. */
  async #begin(id: string, after: number, check?: (run: RunSummary) => void) {
    const { runs, journal, codec, flows } = this.#parts;
    const run = await runs.find(id);
    check?.(run);
    const isWhole = after < 0;
    let loaded = await loadOf(run, { whole: isWhole }, journal);
    let page = await firstPage(loaded);
    // The last snapshot is of later: what was between is read, as far as it is there.
    if (!isWhole && (page[0]?.seq ?? 0) > after + 1) {
      loaded = await loadOf(run, { whole: true }, journal);
      page = await firstPage(loaded);
    }
    return { page, stored: new StoredEvents(loaded, codec, (creation) => flowIfAny(flows, creation)?.manifest) };
  }
}

async function pageAfter(key: string, { runId, seq, atoms }: StoredEvents['status'], journal: FollowParts['journal']) {
  return firstPage(await loadOf({ runId, key }, { after: { seq, atoms: atoms.length } }, journal));
}

/** @throws RunNotFoundError when it was pruned meanwhile */
async function loadOf({ runId, key }: Pick<RunSummary, 'runId' | 'key'>, options: LoadOptions, journal: FollowParts['journal']) {
  const loaded = await journal.load(runId, options);
  if (loaded === undefined) throw new RunNotFoundError(key);
  return loaded;
}

/** A page at a time is read, and no more before its events were taken: a long run is never in memory, and a slow reader holds nothing open. */
async function firstPage({ entries }: LoadedRun): Promise<readonly Entry[]> {
  for await (const page of entries) if (page.length > 0) return page;
  return [];
}
