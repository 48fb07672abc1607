/** Door of the journal in PostgreSQL's SQL: schema, statements and group commit, over whatever client an adapter brings. */

export { LANE_LOCK_TIMEOUT_MS } from './append/append-statements.js';
export { Answers, answerMs, CLOSING_MS } from './client/answers.js';
export { channelOf } from './client/channel.js';
export type { Connections } from './client/connections.js';
export { DEFAULT_SCHEMA, MAX_STEP_BYTES } from './client/defaults.js';
export { inTransaction } from './client/in-transaction.js';
export { type LockClient, LockSession } from './client/lock-session.js';
export type { Row, RunStatement, Sql, Statement, Statements } from './client/sql.js';
export { asPersistenceError, isFull, isInDoubt, isLost, isReadOnly, pooled } from './client/sql-errors.js';
export { SqlJournal, type SqlJournalParams } from './journal/sql-journal.js';
export { SqlReader, type SqlReaderParams } from './journal/sql-reader.js';
export { END_READ_ONLY } from './journal/statements.js';
export { type DiagnoseParams, diagnose, partsThere, type StoreFinding } from './read/diagnose.js';
export { grantUse } from './schema/grant.js';
export { migrate, missingMigrations, quoted } from './schema/migrate.js';
