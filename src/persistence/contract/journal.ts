import type { Json } from '../../model/json.js';
import type { Secrets } from '../../model/secrets.js';
import type { AtomKind, RunState } from '../../model/states.js';
import type { ClaimRunsParams, ClaimRunsResult, LimitStore, PostedCounts, SlotChange, SlotStore, TakeResult } from './claims.js';
import type { Entry } from './entry.js';
import type { Logbook, LogbookFilter, LogbookPage, Metadata } from './groups.js';
import type { Hints } from './hints.js';
import type { LoadOptions, SendOptions } from './load-options.js';
import type { RunSummary } from './run-summary.js';
import type { DueParams, DueSchedules, Firing, ScheduleStore } from './schedules.js';
import type { GiveBackOptions, TakeParams, WakeTime } from './takes.js';

export type * from './claims.js';
export type * from './groups.js';
export type * from './hints.js';
export type * from './run-summary.js';
export type { LoadOptions, SendOptions };

/**
 * Where runs are kept. Small on purpose: a store is correct when it passes `tests/conformance/journal.ts`.
 *
 * Who may append is decided here and nowhere else: `(runId, seq)` is unique and `(runId, seq - 1)` must exist with an
 * epoch that is not higher. Leases only say who is worth waiting for.
 */
export interface Journal {
  readonly capabilities: Capabilities;
  /** Only of a store that processes share, and that can pass on a word between them. Used while the journal is open. */
  readonly hints?: Hints | undefined;
  /** Absent: it keeps none. */
  readonly schedules?: ScheduleStore | undefined;
  /** Absent: they can't be changed in it. */
  readonly limits?: LimitStore | undefined;
  /** Absent: tasks with limits can't be called. */
  readonly slots?: SlotStore | undefined;
  /** Makes ready (opens files, connects, migrates). Called once, before anything else; calling again is harmless. */
  open(): Promise<void>;
  /**
   * Begins a run with its entry of `seq` 0. Idempotent by `key`: if the key is taken, nothing is written.
   * @throws InvalidInputError when what it is named and found by is not what every store can keep ({@link checkRunNames}).
   */
  createRun(params: CreateRunParams): Promise<CreateRunResult>;
  /**
   * The same in a transaction of the user's: the run is there when that is committed. Only stores in a database that users share.
   * @throws also what the transaction does not survive; never `unknown`
   */
  createRunIn?(transaction: unknown, params: CreateRunParams): Promise<CreateRunResult>;
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
  /** Claims posted runs. */
  claim(params: ClaimRunsParams): Promise<ClaimRunsResult>;
  /** Lets a PENDING run that nobody has be claimed at once, as one that was never lost. `false`: it is no such run. */
  requeue(runId: string): Promise<boolean>;
  /** How many posted runs there are, of one flow or of all. */
  postedCounts(flow?: string): Promise<PostedCounts>;
  /** Lets go of runs that were taken for this owner and not written to since: no process has them, and they are due as before. */
  giveBack(owner: string, runIds: readonly string[], options?: GiveBackOptions): Promise<void>;
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
  /** Without an owner: when it is due. Absent: a RUNNING one at once, a PENDING one is only prepared; otherwise that one is posted. */
  readonly wakeAtMs?: WakeTime;
  /** Of a posted run, in the place of `wakeAtMs`: due when so much time has passed, by the clock of the store. */
  readonly delayMs?: number;
  /** Of a posted run, from -100 to 100: the highest is claimed first. Default: 0. */
  readonly priority?: number;
  /** Of a flow with limits: the value by which it is counted; absent: it is not counted. */
  readonly limitKey?: string;
  readonly shape: Shape;
  /** Which values of the run are secret. What is around a store encrypts them; a store need not look. */
  readonly secrets?: Secrets;
  /** The group that it belongs to. */
  readonly logbook?: string;
  /** What lists can find it by. */
  readonly metadata?: Metadata;
  /** It begins only together with this change of a schedule. */
  readonly firing?: Firing;
}

export type CreateRunResult =
  | { readonly kind: 'created' }
  /** The key was taken before; `run` is what it belongs to (perhaps this very entry, when an answer was lost). */
  | { readonly kind: 'exists'; readonly run: RunSummary }
  /** Of a firing: no run was begun. `stale`: the schedule is another one by now; `overlap`: it has moved on, and a run of it has not ended. */
  | { readonly kind: 'unfired'; readonly why: 'stale' | 'overlap' }
  /** No answer came: calling again with the same entry tells. Its cause as of {@link AppendResult}. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

export interface AppendItem {
  readonly entry: Entry;
  /** `full`: on disk before the answer. `relaxed`: survives our crash, not the machine's. */
  readonly durability: 'full' | 'relaxed';
  /** See {@link CreateRunParams.secrets}. */
  readonly secrets?: Secrets;
  /** Of a flow whose tasks have limits. */
  readonly slots?: SlotChange;
  /** Messages that this entry uses up: deleted together with the append. */
  readonly consume?: readonly string[];
  /**
   * Written to the run's summary together with the entry; absent fields stay. A state in which the run has ended empties its
   * inbox of what it takes no more (`mayReceive`).
   */
  readonly summary?: {
    readonly state?: RunState;
    /** With a state, see {@link RunSummary.partial}; absent: it is not. */
    readonly partial?: true;
    /** `null` releases the run. Whoever writes of it has come through taking it: the count of its takes begins anew. */
    readonly owner?: string | null;
    /** With `owner: null`: when a RUNNING run that sleeps is due, absent: at once; when a PENDING one is, absent: never. */
    readonly wakeAtMs?: WakeTime;
    /** With a state in which the run is not under way any more: it may hold a slot of its flow's, which others have from now on. */
    readonly frees?: true;
  };
}

export type AppendResult =
  /** `unheard`: signals that have come in time, and that went from the inbox with the end of the run, since no wait was there for them. */
  | { readonly kind: 'ok'; readonly unheard?: readonly InboxMessage[] }
  /** It was there already: an earlier try of this very entry had worked and its answer was lost. */
  | { readonly kind: 'mine' }
  /** The run has gone on without this writer. */
  | { readonly kind: 'stale' }
  /** Refused for its own content, such as its size. Nothing was written. */
  | { readonly kind: 'refused'; readonly cause: unknown }
  /** No answer came: the same item again will tell. Unless its cause is an error of ours that is not `STORE_UNREACHABLE`: no time changes that. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

export interface LoadedRun {
  readonly summary: RunSummary;
  readonly shape: Shape;
  /** A page at a time, so that a long run is never in memory twice. */
  readonly entries: AsyncIterable<readonly Entry[]>;
  /** What waits in its inbox, oldest first. */
  readonly inbox: readonly InboxMessage[];
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
   * `cancel`: that it goes back; also of one that ended CANCELLED and is partial. `halt`: that it ends as it is, and nothing is undone.
   * Their payload is the reason, if there is one. `retryFailed`: of a run that ended in FAILURE. `retryRevert`, `skipRevert`: of the atom whose path is the payload, whose revert
   * has failed. `signal`: what the payload names, with what was sent (`SentSignal`).
   */
  readonly kind: 'suspend' | 'cancel' | 'halt' | 'retryFailed' | 'retryRevert' | 'skipRevert' | 'signal';
  readonly payload?: Json;
}

export interface TickParams {
  /** Id of the engine process: one lease each. */
  readonly owner: string;
  readonly leaseMs: number;
  /** The next tick follows after so many milliseconds. Default: {@link renewalMs} of the lease. */
  readonly nextMs?: number;
  /** Runs of other processes whose end a caller in this one waits for. */
  readonly watch: readonly string[];
  /** Which runs the owner would take that no living process has. Default: none. */
  readonly take?: TakeParams;
  /** Which schedules the owner would fire. Default: none. */
  readonly due?: DueParams;
}

export interface TickResult {
  /** Messages for runs of this owner, not consumed yet, oldest first. */
  readonly messages: readonly InboxMessage[];
  /** Summaries of the watched runs; one that is gone has none. */
  readonly watched: readonly RunSummary[];
  /** Absent when nothing was to be taken. */
  readonly take?: TakeResult;
  /** Absent when nothing was asked about schedules. */
  readonly due?: DueSchedules;
  /** The time by the store's own clock, in milliseconds since 1970; absent: it goes by that of the caller. */
  readonly nowMs?: number;
}

/** What a user hands to `flowproof({ persistence })`: a way to get a journal. */
export interface Persistence {
  readonly kind: string;
  /** Whether flows may have secrets here: they are encrypted, or nothing outlives the process. Default: `false`. */
  readonly keepsSecrets?: boolean;
  connect(): Journal;
}
