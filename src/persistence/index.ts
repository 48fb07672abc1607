/** Door of the journal: the contract that stores implement, the stores that need no npm client, and what all stores share. */

export type { StoredEntry } from './contract/entry.js';
export { ENTRY_FORMAT, type Entry, formatOf, formatOfCreation, formatOfFlow } from './contract/entry.js';
export type * from './contract/journal.js';
export { JournalError } from './contract/journal-error.js';
export { renewalMs } from './contract/leases.js';
export { canBeFound, checkLogbook, checkRunNames, grouping } from './contract/logbook.js';
export {
  isWokenBy,
  knownMessages,
  MESSAGE_KINDS,
  mayGoOn,
  mayReceive,
  RECEIVED_AFTER_FAILURE,
  RECEIVED_WHEN_PARTIAL,
  WAKES_SUSPENDED,
} from './contract/may-receive.js';
export { logbooksOrder, type RunsOrder, runsOrder } from './contract/paging.js';
export { type PruneAllParams, type PruneOrder, pruneAll, pruneOrder } from './contract/prune.js';
export { readOnlyRefusal } from './contract/read-only.js';
export { runStateWord } from './contract/run-state-word.js';
export {
  type DeclaredSchedule,
  type DueParams,
  type DueSchedules,
  type Firing,
  type ListedSchedules,
  MOST_RUNNING,
  type ScheduleChange,
  type ScheduleStore,
  type StoredSchedule,
} from './contract/schedules.js';
export { Shared } from './contract/shared.js';
export { MAX_SIGNALS, type SentSignal, sentSignal } from './contract/signals.js';
export { type GiveBackOptions, MAX_TAKES, MOST_POISONED, type TakeParams, type WakeTime } from './contract/takes.js';
export { type EncryptedOptions, encrypted } from './encryption/encrypted.js';
export { type FileOptions, file } from './file/file.js';
export { type DirectoryLock, lockDirectory } from './file/lock/directory-lock.js';
export { decodeEntry, encodeEntry, encodeTransitions } from './format/entry-format.js';
export { type ReadEntriesParams, readEntries } from './format/read-entries.js';
export { decodeShape, encodeShape, noShape } from './format/shape-format.js';
export { type MemoryOptions, memory } from './memory/memory.js';
export type { Offload } from './offload/offload.js';
export { type OffloadedOptions, offloaded } from './offload/offloaded.js';
export type { TransitionKind } from './transitions/kind.js';
export type { Awaited, FlowChange, RunCreation } from './transitions/payloads.js';
export { type Fact, kindOf, rangeOf, TRANSITIONS, type Transition, type Word } from './transitions/table.js';
export { isWrapped } from './transitions/wrapped.js';
