import { isFlowproofError, PersistenceError } from '../model/errors.js';
import { messageOf } from '../model/in-words.js';

/*
 * What an error says about the statement that got it. SQLSTATE classes:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

const UNIQUE_VIOLATION = '23505';
const COMPLETION_UNKNOWN = '40003';
const LOCK_NOT_AVAILABLE = '55P03';
/** Serialization failure, deadlock, lock not available: nothing was written, and the same may work now. */
const PASSING: ReadonlySet<string> = new Set(['40001', '40P01', LOCK_NOT_AVAILABLE]);
/** 22: data exception. 54: program limit exceeded. Not 53, a full disk or memory: that says nothing of the item, and passes. */
const REFUSED: ReadonlySet<string> = new Set(['22', '54']);
/** No such schema or table. */
const ELSEWHERE: ReadonlySet<string> = new Set(['3F000', '42P01']);
/** A prepared statement is there although it is new, or is not there although it was prepared. */
const PREPARED_ELSEWHERE: ReadonlySet<string> = new Set(['42P05', '26000']);
/** No such schema, table or column, another type than expected, not allowed. */
const SCHEMA: ReadonlySet<string> = new Set(['3F000', '42P01', '42703', '42804', '42501']);

/**
 * How often a statement is sent when no answer comes. After a restart of the server, a pool that is not ours may give
 * out the same dead connection once more before it has noticed.
 */
export const MAX_SENDS = 3;

function sqlState(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  // With a digit, as each has one, and EPIPE has none.
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** There was no answer: the server, the network or the connection ended first. Whether the statement did its work is open. */
export function isLost(error: unknown): boolean {
  const state = sqlState(error);
  // 08: connection. 57P: shut down, crashed, terminated.
  return state === undefined || state.startsWith('08') || state.startsWith('57P');
}

/** Of a COMMIT: whether it did its work is open. All else that a server says of it is that it did not. */
export function isInDoubt(error: unknown): boolean {
  return isLost(error) || sqlState(error) === COMPLETION_UNKNOWN;
}

export function isTaken(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

export function isPassing(error: unknown): boolean {
  return PASSING.has(sqlState(error) ?? '');
}

/** Somebody's transaction holds what it needs, and has not ended in the time that was given. */
export function isBlocked(error: unknown): boolean {
  return sqlState(error) === LOCK_NOT_AVAILABLE;
}

/** The content itself is the trouble. */
export function isRefused(error: unknown): boolean {
  return REFUSED.has(sqlState(error)?.slice(0, 2) ?? '');
}

/** The tables are not here at all. */
export function isElsewhere(error: unknown): boolean {
  return ELSEWHERE.has(sqlState(error) ?? '');
}

/** What callers get for anything that the database says. */
export function asPersistenceError(error: unknown): Error {
  if (isFlowproofError(error)) return error;
  const said = messageOf(error);
  if (PREPARED_ELSEWHERE.has(sqlState(error) ?? '')) return pooled(error);
  if (SCHEMA.has(sqlState(error) ?? '')) {
    const message = `the journal's tables are not as this version needs them: ${said}. Open with migrate: true, or let a role that may do so migrate`;
    return new PersistenceError('STORE_SCHEMA', message, { cause: error });
  }
  return new PersistenceError('STORE_UNREACHABLE', `PostgreSQL did not do as asked: ${said}`, { cause: error });
}

/** Somebody in between lends one connection to several clients. */
export function pooled(cause?: unknown): PersistenceError {
  const message = `between this process and PostgreSQL is a pooler that lends one connection to several clients (such as PgBouncer in transaction mode): say postgres(url, { pooler: 'transaction' }), or give the URL of PostgreSQL itself, which is faster and shows dead processes at once`;
  return new PersistenceError('STORE_POOLER', message, cause === undefined ? {} : { cause });
}
