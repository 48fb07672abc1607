/** Door of the journal in PostgreSQL's SQL: schema, statements and group commit, over whatever client an adapter brings. */
export { Answers, answerMs, CLOSING_MS } from './answers.js';
export { LANE_LOCK_TIMEOUT_MS } from './append-statements.js';
export type { Connections } from './connections.js';
export { grantUse } from './grant.js';
export { type LockClient, LockSession } from './lock-session.js';
export { migrate, quoted } from './migrate.js';
export type { Row, Sql, Statement, Statements } from './sql.js';
export { asPersistenceError, isFull, isInDoubt, isLost, isReadOnly, pooled } from './sql-errors.js';
export { SqlJournal, type SqlJournalParams } from './sql-journal.js';
export { SqlReader, type SqlReaderParams } from './sql-reader.js';
export { END_READ_ONLY } from './statements.js';
