/** Door of the journal: the contract that stores implement, the stores that need no npm client, and what all stores share. */

export { type EncryptedOptions, encrypted } from './encrypted.js';
export type { EncryptionKey } from './encryption/keys.js';
export { ENTRY_FORMAT, type Entry, formatOf } from './entry.js';
export { decodeEntry, encodeEntry, encodeTransitions } from './entry-format.js';
export { type DirectoryLock, lockDirectory } from './file/directory-lock.js';
export { type FileOptions, file } from './file.js';
export type * from './journal.js';
export { JournalError } from './journal-error.js';
export { renewalMs } from './leases.js';
export { canBeFound, checkLogbook, checkRunNames, grouping } from './logbook.js';
export { knownMessages, MESSAGE_KINDS, mayReceive, RECEIVED_AFTER_FAILURE } from './may-receive.js';
export { type MemoryOptions, memory } from './memory.js';
export type { Offload } from './offload.js';
export { type OffloadedOptions, offloaded } from './offloaded.js';
export { logbooksOrder, type RunsOrder, runsOrder } from './paging.js';
export { type PruneAllParams, type PruneOrder, pruneAll, pruneOrder } from './prune.js';
export { type ReadEntriesParams, readEntries } from './read-entries.js';
export { readOnlyRefusal } from './read-only.js';
export { runStateWord } from './run-state-word.js';
export { decodeShape, encodeShape } from './shape-format.js';
export type { StoredEntry } from './stored-entry.js';
export { MAX_TAKES, MOST_POISONED, type TakeParams } from './takes.js';
export type { TransitionKind } from './transitions/kind.js';
export type { FlowChange, RunCreation } from './transitions/payloads.js';
export { type Fact, kindOf, rangeOf, TRANSITIONS, type Transition, type Word } from './transitions/table.js';
export { isWrapped } from './values/wrapped.js';
