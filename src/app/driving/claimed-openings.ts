import { type EngineContext, openingOf } from '../../engine/index.js';
import type { ClaimedEntries, ClaimedRun, ClaimOpenings, Entry, LoadedRun, Opening } from '../../persistence/index.js';
import type { FlowFinder } from '../registry/flow-finder.js';

/** Claims without an answer of which it is known what they may have begun: older ones have come to nothing, or others have what they began. */
const MOST_UNANSWERED = 1_000;

/** The first step of a run, which was written with its claim: nothing of it was called yet. */
export interface ClaimedOpening extends ClaimedEntries {
  /** When the claim was sent, by the clock that only grows. */
  readonly sentAtMs: number;
}

export interface ClaimedOpeningsParts {
  readonly flows: Pick<FlowFinder, 'isMade' | 'of'> & { readonly names: readonly string[] };
  context(): EngineContext;
}

/**
 * The runs that were begun with their claims and that no engine has yet. Who opens such a run takes its opening from here, whoever that is: so
 * its tasks are called once. Of claims whose answer is not there yet, or was lost, it is known what their entries look like.
 */
export class ClaimedOpenings {
  readonly #parts: ClaimedOpeningsParts;
  readonly #byFlow = new Map<string, Opening | undefined>();
  readonly #opened = new Map<string, ClaimedOpening>();
  /** Runs whose first step was to be withdrawn, without an answer, by the writers of those steps: they are opened from what the store has. */
  readonly #doubted = new Map<string, string>();
  /** Writers of claims without an answer, with the runs that were opened in another way meanwhile. */
  readonly #unanswered = new Map<string, Set<string>>();

  constructor(parts: ClaimedOpeningsParts) {
    this.#parts = parts;
  }

  /** What a claim of runs of these flows may write; nothing where none of them can be begun so. */
  forClaim(flows: readonly string[]): ClaimOpenings | undefined {
    const of = flows.flatMap((flow) => this.#openingOf(flow) ?? []);
    if (of.length === 0) return undefined;
    const { ids, clock, storeNowMs } = this.#parts.context();
    const writer = ids.unique();
    this.#unanswered.set(writer, new Set());
    const [oldest] = this.#unanswered.keys();
    if (this.#unanswered.size > MOST_UNANSWERED && oldest !== undefined) this.#unanswered.delete(oldest);
    return { writer, stepId: ids.stepId(), atMs: storeNowMs?.() ?? clock.nowMs(), of };
  }

  /** Writers of claims without an answer, for the next thorough claim. */
  get unanswered(): readonly string[] {
    return [...this.#unanswered.keys()];
  }

  /** The answer of the claim with these openings. @param sentAtMs by the clock that only grows */
  answered({ writer }: ClaimOpenings, claimed: readonly ClaimedRun[], sentAtMs: number): void {
    const openedMeanwhile = this.#unanswered.get(writer);
    this.#unanswered.delete(writer);
    for (const { runId, opened } of claimed)
      if (opened !== undefined && openedMeanwhile?.has(runId) !== true) this.#opened.set(runId, { ...opened, sentAtMs });
  }

  /** The opening of a run that no engine has: it is the caller's alone from now on. */
  take(runId: string): ClaimedOpening | undefined {
    const opened = this.#opened.get(runId);
    this.#opened.delete(runId);
    return opened;
  }

  /** It was not opened: another one may have it. */
  putBack(opening: ClaimedOpening): void {
    this.#opened.set(opening.created.runId, opening);
  }

  /** Whether it was withdrawn is not known: who opens the run asks the store, and does not call what others may have called since. */
  doubt({ runId, writer }: Pick<Entry, 'runId' | 'writer'>): void {
    this.#doubted.set(runId, writer);
    const [oldest] = this.#doubted.keys();
    if (this.#doubted.size > MOST_UNANSWERED && oldest !== undefined) this.#doubted.delete(oldest);
  }

  /** Whether there may be runs that were begun with a claim of this process, and of which it has no opening. */
  get hasDoubts(): boolean {
    return this.#unanswered.size > 0 || this.#doubted.size > 0;
  }

  /** Those that are left. */
  takeAll(): readonly ClaimedOpening[] {
    const all = [...this.#opened.values()];
    this.#opened.clear();
    return all;
  }

  /**
   * Whether the last entry of a run was written with a claim of this process, and nobody has called what it states. From now on it is the caller
   * who opens the run.
   */
  takeUncalled({ runId, seq, writer }: Pick<Entry, 'runId' | 'seq' | 'writer'>): boolean {
    const [opened, doubted] = [this.take(runId), this.#doubted.get(runId)];
    this.#doubted.delete(runId);
    if (seq !== 1) return false;
    if (opened?.begun.writer === writer || doubted === writer) return true;
    return this.#unanswered.get(writer)?.add(runId) !== undefined;
  }

  #openingOf(name: string): Opening | undefined {
    if (this.#byFlow.has(name)) return this.#byFlow.get(name);
    const { flows, context } = this.#parts;
    const isFound = flows.names.includes(name) && !flows.isMade(name);
    const opening = isFound ? openingOf(flows.of({ key: name, flow: name }), context()) : undefined;
    this.#byFlow.set(name, opening);
    return opening;
  }
}

/** A loaded run whose last entry is noted as it is read. */
export function notingLast(loaded: LoadedRun, note: (last: Entry) => void): LoadedRun {
  async function* entries(): AsyncGenerator<readonly Entry[]> {
    for await (const page of loaded.entries) {
      const last = page.at(-1);
      if (last !== undefined) note(last);
      yield page;
    }
  }
  return { ...loaded, entries: entries() };
}
