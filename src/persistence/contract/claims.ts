import type { FlowLimits, LimitChange } from '../../model/limits/flow-limits.js';
import type { Transition } from '../transitions/table.js';
import type { Entry } from './entry.js';
import type { RunSummary } from './run-summary.js';

/**
 * Which posted runs an owner claims: PENDING ones that are due, that nobody has, and that were left to whoever is free. The highest
 * priority comes first, and of equals what has been due for the longest; of two that would claim a run at the same moment one gets it.
 * The claimer loads it, and appends as after any takeover: a claim alone begins nothing, unless it comes with `openings`.
 */
export interface ClaimRunsParams {
  /** Id of the engine process, whose lease is alive. */
  readonly owner: string;
  /** Names of the flows whose runs are claimed. */
  readonly flows: readonly string[];
  /** How many at most. */
  readonly limit: number;
  /** The highest format of entries that the claimer reads: a run that needs more is for others. */
  readonly format: number;
  /** A run of which so many claims died before its first step is left alone from then on, until it is requeued. */
  readonly maxLosses: number;
  /** Those of the flows that have limits. Of these only so many are claimed as may be under way, and begin. Default: none. */
  readonly limits?: Readonly<Record<string, FlowLimits>>;
  /** Only these runs, whatever waits before them; what they need of the limits they need. Default: any. */
  readonly only?: readonly string[];
  /** Brings what this owner has claimed and not begun, too: an earlier answer may have been lost. */
  readonly thorough: boolean;
  /** The first steps of runs of these flows: a store may write them together with the claim. One that does not is right, too. */
  readonly openings?: ClaimOpenings;
  /** With `thorough`: writers of the openings of earlier claims that gave no answer. What they have begun is brought, too. */
  readonly unanswered?: readonly string[];
}

/** The first step of each posted run of a flow, in which it does what depends on nothing but the flow. */
export interface Opening {
  readonly flow: string;
  /** Of the flow that the claimer has: runs of another one are only claimed. */
  readonly fingerprint: string;
  readonly transitions: readonly Transition[];
}

/**
 * What the entries of `seq` 1 and epoch 1 have in common that a claim writes: of runs of which there is nothing but their creation, with no
 * deadline, no message in their inbox, and no value that is encrypted or kept elsewhere. Such a run is RUNNING when it is claimed.
 */
export interface ClaimOpenings extends Pick<Entry, 'writer' | 'stepId' | 'atMs'> {
  readonly of: readonly Opening[];
}

/** The entries of a run that was begun with its claim: all that there are of it. */
export interface ClaimedEntries {
  /** Of `seq` 0. */
  readonly created: Entry;
  /** Of `seq` 1. */
  readonly begun: Entry;
}

/** A posted run that an owner has claimed, and not begun yet. */
export interface ClaimedRun extends RunSummary {
  /** How many claims of it died before. */
  readonly losses: number;
  /** It was begun with the claim, so that it need not be loaded: see {@link ClaimRunsParams.openings}. Absent: it was only claimed. */
  readonly opened?: ClaimedEntries;
}

export interface ClaimRunsResult {
  /** Runs that this owner has from now on, in their order. */
  readonly claimed: readonly ClaimedRun[];
  /** Those that this owner had claimed before. Only with `thorough`. */
  readonly owned: readonly ClaimedRun[];
  /** Runs that are left alone from now on. */
  readonly poisoned: readonly RunSummary[];
  /** Another claim may get more, at once. */
  readonly more: boolean;
  /** In so many milliseconds another one may get more: the time of a rate passes then. Absent: nobody knows. */
  readonly againMs?: number;
}

/** How many posted runs there are of each kind. */
export interface PostedCounts {
  /** Due, and nobody has them. */
  readonly free: number;
  /** Due later. */
  readonly delayed: number;
  /** Of any run: a process has it. */
  readonly claimed: number;
  /** Left alone: too many claims of them died. */
  readonly trashed: number;
}

/** What a tick has taken. */
export interface TakeResult {
  /** Runs that this owner has from now on. */
  readonly taken: readonly RunSummary[];
  /** Runs that this owner had before, whether it knows of them or not: an earlier answer may have been lost. Only with `thorough`. */
  readonly owned: readonly RunSummary[];
  /** Runs that have been taken `MAX_TAKES` times without a step since: they are not taken any more. */
  readonly poisoned: readonly RunSummary[];
  /** Another tick may take more, at once. */
  readonly more: boolean;
  /** There are posted runs to be claimed, of the flows that were asked about. */
  readonly posted: boolean;
  /** So many milliseconds later it will be seen whether another process that is silent is dead: then there may be more to take. */
  readonly againMs?: number;
}

/** The limits of a store: a part that a journal may have. What the code of flows says comes with each claim, and is not kept. */
export interface LimitStore {
  /** Those of these names, that somebody has changed, or by which runs wait or are under way: in the order of their names. */
  list(names: readonly string[]): Promise<readonly StoredLimit[]>;
  /** From the next claim on this counts, whoever claims; of two changes the later one alone. */
  set(name: string, change: LimitChange): Promise<void>;
  /** What the code says counts again. */
  reset(name: string): Promise<void>;
}

export interface StoredLimit {
  readonly name: string;
  /** Absent: what the code says counts. */
  readonly change?: LimitChange;
  /** When it was changed, in milliseconds since 1970. */
  readonly changedAtMs?: number;
  /** How many runs are under way, as far as their number is limited. */
  readonly inUse: number;
  /** How many runs wait that are due. */
  readonly waiting: number;
}

/** How a changed limit is kept. */
export interface ChangedLimit {
  readonly name: string;
  /** `Infinity` is `ANY_COUNT`. */
  readonly change: LimitChange;
  readonly changedAtMs: number;
}

/** One call of a task with limits that is ready: an atom has one at a time. */
export interface SlotRequest {
  readonly runId: string;
  readonly atom: number;
  /** Of the limit, see `limitName` and `taskLimitName`. */
  readonly name: string;
  /** The value by which it is counted; `NO_KEY`: all together. */
  readonly key: string;
  /** What the code says; what an operator says instead is stored. */
  readonly limits: LimitChange;
}

export type SlotHolder = Pick<SlotRequest, 'runId' | 'atom'>;

export interface AskSlotsParams {
  /** Id of the engine process, whose lease is alive. */
  readonly owner: string;
  /** The first ones come first, of those of which the store has not heard before. */
  readonly requests: readonly SlotRequest[];
}

export interface AskSlotsResult {
  /** These may be called. The others wait in the store, whose turn it is there first. */
  readonly granted: readonly SlotHolder[];
  /** In so many milliseconds more may be granted: the time of a rate passes then. Absent: nobody knows. */
  readonly againMs?: number;
}

/** A call that waits for a slot. */
export interface WaitingCall extends Pick<SlotRequest, 'atom' | 'name' | 'key'> {
  /** When it was asked for, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/**
 * The slots of tasks with limits: a part that a journal may have. A slot belongs to an atom of a run, from when it is granted until an entry
 * gives it back (`AppendItem.slots`), whoever has the run meanwhile. While no living process has it, others may have the slot.
 */
export interface SlotStore {
  /**
   * Asks for slots, again and again until they are granted: who has waited for the longest is next, of those whose process lives and
   * has the run. A slot that the atom has already is granted again, so that an answer may be lost. Nothing for a run that the owner does not have.
   */
  ask(params: AskSlotsParams): Promise<AskSlotsResult>;
  /** They are not wanted any more, or were granted and are not used. */
  leave(owner: string, holders: readonly SlotHolder[]): Promise<void>;
  /** Which atoms of a run wait. */
  waiting(runId: string): Promise<readonly WaitingCall[]>;
}

/** What an entry does to the slots of its run. */
export interface SlotChange {
  /** The calls of these atoms have ended: others may have their slots. */
  readonly frees?: readonly number[];
  /** Only these have slots from now on, and nothing waits. */
  readonly keeps?: readonly number[];
}
