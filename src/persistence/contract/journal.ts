import type { Json } from '../../model/json.js';
import type { Secrets } from '../../model/secrets.js';
import type { AtomKind, RunState } from '../../model/states.js';
import type { Entry } from './entry.js';
import type { TakeParams } from './takes.js';

/**
 * Where runs are kept. Small on purpose: a store is correct when it passes `tests/conformance/journal.ts`.
 *
 * Who may append is decided here and nowhere else: `(runId, seq)` is unique and `(runId, seq - 1)` must exist with an
 * epoch that is not higher. Leases only say who is worth waiting for.
 */
export interface Journal {
  readonly capabilities: Capabilities;
  /** Makes ready (opens files, connects, migrates). Called once, before anything else; calling again is harmless. */
  open(): Promise<void>;
  /**
   * Begins a run with its entry of `seq` 0. Idempotent by `key`: if the key is taken, nothing is written.
   * @throws InvalidInputError when what it is named and found by is not what every store can keep ({@link checkRunNames}).
   */
  createRun(params: CreateRunParams): Promise<CreateRunResult>;
  /**
   * Appends entries of different runs; each item is atomic in itself and none harms another. At most one append of a
   * run may be under way. Never rejects for an item's own trouble: see {@link AppendResult}.
   */
  append(items: readonly AppendItem[]): Promise<readonly AppendResult[]>;
  /**
   * The same with a transaction of the user's, whose COMMIT makes the entry durable; nothing else is done to it. Only where
   * `capabilities.transactional` says so. `ok`: it is there when the transaction is. After anything else the transaction
   * is to be rolled back, and an `unknown` is none: the entry is not there then.
   */
  appendIn?(transaction: unknown, item: AppendItem): Promise<AppendResult>;
  /**
   * A run with its shape, its inbox and its entries, from the last snapshot on, in order.
   * @throws PersistenceError `JOURNAL_GAP`, `JOURNAL_TOO_NEW`, `JOURNAL_CORRUPT`, `JOURNAL_SEALED` (with run and seq): never half a run.
   */
  load(runId: string, options?: LoadOptions): Promise<LoadedRun | undefined>;
  /** The summary of one run, by its id or by the user's key. */
  find(by: { readonly runId: string } | { readonly key: string }): Promise<RunSummary | undefined>;
  /** Runs, newest first, a page at a time. @throws TypeError as `runsOrder`, which judges for every store */
  runs(filter: RunFilter): Promise<RunPage>;
  /**
   * What a logbook carries; makes the logbook if there is none. Runs that name one make it, too.
   * @throws TypeError when a name or a value is not a text that every store can keep.
   */
  saveLogbook(logbook: Pick<Logbook, 'name' | 'metadata'>): Promise<void>;
  /** Logbooks in the order of their names, a page at a time. @throws TypeError as `logbooksOrder` */
  logbooks(filter: LogbookFilter): Promise<LogbookPage>;
  /**
   * Puts a message into a run's inbox; idempotent by the message's id; durable when resolved. The state is looked at under a
   * lock that the run's end waits for, so that a message is in the inbox of a run that has not ended, or refused.
   * @throws RunNotFoundError; RunEndedError `RUN_ENDED` when the run takes no such message any more (`mayReceive`);
   *   SignalsFullError `SIGNALS_FULL` when as many signals as there may be (`MAX_SIGNALS`) wait in the inbox
   */
  send(message: InboxMessage, options?: SendOptions): Promise<void>;
  /** Renews the lease of a process, brings what concerns it, and takes runs that no process has, in one go. */
  tick(params: TickParams): Promise<TickResult>;
  /** Lets go of runs that were taken for this owner and not written to since: no process has them, as before. */
  giveBack(owner: string, runIds: readonly string[]): Promise<void>;
  /** Ends the lease of a process, so that no other process waits for it to be over; what it has is taken by the next one that looks. */
  release(owner: string): Promise<void>;
  /**
   * Removes one batch of runs that have ended, with all that is kept of them, the oldest first; their keys are free
   * again. Writers of other runs don't wait for it. `pruneAll` repeats it.
   * @throws TypeError as `pruneOrder`, such as for a state in which a run has not ended.
   */
  prune(params: PruneParams): Promise<PruneResult>;
  close(): Promise<void>;
}

export interface Capabilities {
  /** What is kept is there when the process has ended. */
  readonly outlivesProcess: boolean;
  /** What was acknowledged survives a loss of power. */
  readonly powerSafe: boolean;
  /** Several processes may use it at once. */
  readonly multiProcess: boolean;
  /** An entry can be written inside a transaction of the user. */
  readonly transactional: boolean;
  /** Leases are judged by the store's clock, not by each process's own. */
  readonly serverClock: boolean;
  /** Runs are only looked at: whatever would write is refused with `STORE_READ_ONLY`. Default: false. */
  readonly readOnly?: boolean;
}

/** The graph of a flow as stored: once per fingerprint. */
export interface Shape {
  readonly fingerprint: string;
  /** Path and kind of each atom; its index is the atom's number in the entries. */
  readonly atoms: readonly (readonly [path: string, kind: AtomKind])[];
  /** Canonical description of the flow, for upgrade checks and pictures. */
  readonly manifest: Json;
}

export interface CreateRunParams {
  readonly entry: Entry;
  /** The user's id of the run, unique in the store. Default: the run id. */
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  readonly inputsHash: string;
  readonly state: RunState;
  /** The process that runs it, see {@link TickParams}; `null` for a run that ends with its first entry. */
  readonly owner: string | null;
  readonly shape: Shape;
  /** Which values of the run are secret. What is around a store encrypts them; a store need not look. */
  readonly secrets?: Secrets;
  /** The group that it belongs to. */
  readonly logbook?: string;
  /** What lists can find it by. */
  readonly metadata?: Metadata;
}

/** Names and texts of the user's, such as `{ customer: 'c-7' }`; names up to 100 characters, texts up to 500. */
export type Metadata = Readonly<Record<string, string>>;

/** A group of runs. */
export interface Logbook {
  readonly name: string;
  readonly createdAtMs: number;
  readonly metadata: Metadata;
}

export interface LogbookFilter {
  /** The `next` of the page before. */
  readonly after?: string;
  /** From 1 to 10,000. Default: 100. */
  readonly limit?: number;
}

export interface LogbookPage {
  readonly logbooks: readonly Logbook[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: string;
}

export type CreateRunResult =
  | { readonly kind: 'created' }
  /** The key was taken before; `run` is what it belongs to (perhaps this very entry, when an answer was lost). */
  | { readonly kind: 'exists'; readonly run: RunSummary }
  /** No answer came: calling again with the same entry tells. Its cause as of {@link AppendResult}. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

export interface AppendItem {
  readonly entry: Entry;
  /** `full`: on disk before the answer. `relaxed`: survives our crash, not the machine's. */
  readonly durability: 'full' | 'relaxed';
  /** See {@link CreateRunParams.secrets}. */
  readonly secrets?: Secrets;
  /** Messages that this entry uses up: deleted together with the append. */
  readonly consume?: readonly string[];
  /**
   * Written to the run's summary together with the entry; absent fields stay. A state in which the run has ended empties its
   * inbox of what it takes no more (`mayReceive`).
   */
  readonly summary?: {
    readonly state?: RunState;
    /** `null` releases the run. Whoever writes of it has come through taking it: the count of its takes begins anew. */
    readonly owner?: string | null;
  };
}

export type AppendResult =
  | { readonly kind: 'ok' }
  /** It was there already: an earlier try of this very entry had worked and its answer was lost. */
  | { readonly kind: 'mine' }
  /** The run has gone on without this writer. */
  | { readonly kind: 'stale' }
  /** Refused for its own content, such as its size. Nothing was written. */
  | { readonly kind: 'refused'; readonly cause: unknown }
  /** No answer came: the same item again will tell. Unless its cause is an error of ours that is not `STORE_UNREACHABLE`: no time changes that. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

export interface LoadOptions {
  /**
   * Gives out what stands for values that are encrypted or kept elsewhere, for a journal around this one that knows what
   * to do with it. Default: such a run is refused.
   */
  readonly raw?: boolean;
}

export interface LoadedRun {
  readonly summary: RunSummary;
  readonly shape: Shape;
  /** A page at a time, so that a long run is never in memory twice. */
  readonly entries: AsyncIterable<readonly Entry[]>;
  /** What waits in its inbox, oldest first. */
  readonly inbox: readonly InboxMessage[];
}

/** A run as lists show it. */
export interface RunSummary {
  readonly runId: string;
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly inputsHash: string;
  readonly state: RunState;
  readonly createdAtMs: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  /** Owner process, and whether it is alive now, where the store knows; absent when no process has the run. */
  readonly owner?: { readonly id: string; readonly alive?: boolean };
}

export interface RunFilter {
  readonly flow?: string;
  readonly states?: readonly RunState[];
  readonly logbook?: string;
  /** Only runs that have all of these. */
  readonly metadata?: Metadata;
  /** Only runs that no living process has. */
  readonly ownerless?: boolean;
  /** Only runs before this one in the order of the listing: the last `runId` of the page before. */
  readonly before?: string;
  /** From 1 to 10,000. Default: 100. */
  readonly limit?: number;
}

export interface RunPage {
  readonly runs: readonly RunSummary[];
  /** Pass as `before` for the next page; absent on the last one. */
  readonly next?: string;
}

export interface PruneParams {
  /** Only runs that ended before this, milliseconds since 1970, by the clock of the engine that ended them. */
  readonly endedBeforeMs: number;
  /** Default: SUCCESS, REVERTED and CANCELLED; those that ended in FAILURE may still be gone on with. */
  readonly states?: readonly RunState[];
  readonly flow?: string;
  readonly logbook?: string;
  /** The `next` of the batch before. */
  readonly after?: string;
  /** How many at most in this batch, from 1 to 10,000. Default: 100. */
  readonly limit?: number;
}

export interface PruneResult {
  /** Those that are gone. */
  readonly runIds: readonly string[];
  /** Pass as `after` for the next batch; absent when nothing is left to be removed. */
  readonly next?: string;
}

/** What an operator, or another process, asks of a run. They never append to it themselves. */
export interface InboxMessage {
  readonly id: string;
  readonly runId: string;
  /**
   * `retryFailed`: of a run that ended in FAILURE. `retryRevert`, `skipRevert`: of the atom whose path is the payload, whose revert
   * has failed. `signal`: what the payload names, with what was sent (`SentSignal`).
   */
  readonly kind: 'suspend' | 'cancel' | 'retryFailed' | 'retryRevert' | 'skipRevert' | 'signal';
  readonly payload?: Json;
}

export interface SendOptions {
  /** Its payload is secret: what is around a store encrypts it; a store need not look. */
  readonly secret?: boolean;
}

export interface TickParams {
  /** Id of the engine process: one lease each. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Runs of other processes whose end a caller in this one waits for. */
  readonly watch: readonly string[];
  /** Which runs the owner would take that no living process has. Default: none. */
  readonly take?: TakeParams;
}

export interface TickResult {
  /** Messages for runs of this owner, not consumed yet, oldest first. */
  readonly messages: readonly InboxMessage[];
  /** Summaries of the watched runs; one that is gone has none. */
  readonly watched: readonly RunSummary[];
  /** Absent when nothing was to be taken. */
  readonly take?: TakeResult;
}

export interface TakeResult {
  /** Runs that this owner has from now on. */
  readonly taken: readonly RunSummary[];
  /** Runs that this owner had before, whether it knows of them or not: an earlier answer may have been lost. Only with `thorough`. */
  readonly owned: readonly RunSummary[];
  /** Runs that have been taken `MAX_TAKES` times without a step since: they are not taken any more. */
  readonly poisoned: readonly RunSummary[];
  /** Another tick may take more, at once. */
  readonly more: boolean;
}

/** What a user hands to `flowproof({ persistence })`: a way to get a journal. */
export interface Persistence {
  readonly kind: string;
  /** Whether flows may have secrets here: they are encrypted, or nothing outlives the process. Default: `false`. */
  readonly keepsSecrets?: boolean;
  connect(): Journal;
}
