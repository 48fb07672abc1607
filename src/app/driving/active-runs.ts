import type { AnyRunResult, Engine } from '../../engine/index.js';
import { AppStoppedError } from '../../model/errors.js';
import type { InboxMessage, RunSummary } from '../../persistence/index.js';

/** A run that an engine of this app drives. */
export interface DrivenRun {
  readonly engine: Engine;
  readonly summary: Pick<RunSummary, 'key' | 'flow' | 'inputsHash'>;
  /** Nothing: it sleeps, and is not driven any more. */
  readonly result: Promise<AnyRunResult | undefined>;
  /** Recovery took it up, and no caller: a caller that asks for it joins it. */
  readonly isRecovered: boolean;
}

/** The runs that this app drives, and those that it is about to. */
export class ActiveRuns {
  readonly #byRunId = new Map<string, DrivenRun>();
  readonly #byKey = new Map<string, DrivenRun>();
  readonly #openings = new Map<string, Promise<unknown>>();
  readonly #awaited = new Map<string, Set<(run: DrivenRun) => void>>();
  /** Of what callers wait for. */
  readonly #ends = new Set<() => void>();
  #closed = false;

  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many are driven, or being opened. */
  get size(): number {
    return this.#byRunId.size + this.#openings.size;
  }

  get(runId: string): DrivenRun | undefined {
    return this.#byRunId.get(runId);
  }

  byKey(key: string): DrivenRun | undefined {
    return this.#byKey.get(key);
  }

  isOpening(key: string): boolean {
    return this.#openings.has(key);
  }

  all(): Iterable<DrivenRun> {
    return this.#byRunId.values();
  }

  add(runId: string, run: DrivenRun): void {
    this.#byRunId.set(runId, run);
    this.#byKey.set(run.summary.key, run);
    for (const resolve of this.#awaited.get(runId) ?? []) resolve(run);
    this.#awaited.delete(runId);
  }

  /** The run when it is driven here next. @returns with what ends the waiting */
  next(runId: string): { readonly run: Promise<DrivenRun>; cancel(): void } {
    let stop = (): void => undefined;
    const run = new Promise<DrivenRun>((resolve) => {
      const waiting = this.#awaited.get(runId) ?? new Set();
      this.#awaited.set(runId, waiting.add(resolve));
      stop = () => {
        waiting.delete(resolve);
        if (waiting.size === 0 && this.#awaited.get(runId) === waiting) this.#awaited.delete(runId);
      };
    });
    return { run, cancel: () => stop() };
  }

  delete(runId: string): void {
    const run = this.#byRunId.get(runId);
    this.#byRunId.delete(runId);
    if (run !== undefined && this.#byKey.get(run.summary.key) === run) this.#byKey.delete(run.summary.key);
  }

  /** Only the engine of the run hears it, if it is here. */
  deliver(message: InboxMessage): void {
    this.#byRunId.get(message.runId)?.engine.deliver(message);
  }

  /** One after the other for one id: two calls of this app never fight over a run. @throws AppStoppedError */
  async opening<Result>(key: string, open: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new AppStoppedError(key);
    const before = this.#openings.get(key) ?? Promise.resolve();
    const opened = this.untilAbandoned(key, before.then(open, open));
    const settled = opened
      .catch(() => undefined)
      .then(() => {
        if (this.#openings.get(key) === settled) this.#openings.delete(key);
      });
    this.#openings.set(key, settled);
    return opened;
  }

  /** Nothing more is opened, and all engines stop as soon as they can. */
  close(): void {
    this.#closed = true;
    for (const { engine } of this.#byRunId.values()) engine.stop();
  }

  /** Nothing that is under way is waited for any longer. */
  giveUp(): void {
    for (const { engine, summary } of this.#byRunId.values()) engine.giveUp(new AppStoppedError(summary.key));
  }

  /** Ends as the work does, or when it is abandoned: whoever called a stopped app is not kept waiting by its store. */
  untilAbandoned<Result>(key: string | undefined, work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end = (): void => reject(new AppStoppedError(key));
      this.#ends.add(end);
      work.then(resolve, reject).finally(() => this.#ends.delete(end));
    });
  }

  /** What has not ended although it was given up is left behind: its engines do nothing more than to end. */
  abandon(): void {
    this.#byRunId.clear();
    this.#byKey.clear();
    for (const end of this.#ends) end();
  }

  /** Resolves when nothing is driven or opened any more: what is being opened becomes active, and is stopped then. */
  async settled(): Promise<void> {
    while (this.size > 0) {
      await Promise.allSettled([...this.#openings.values(), ...[...this.#byRunId.values()].map(({ result }) => result)]);
    }
  }
}
