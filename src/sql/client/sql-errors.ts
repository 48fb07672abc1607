import { isFlowproofError, PersistenceError } from '../../model/errors.js';
import { messageOf } from '../../model/in-words.js';
import { isError } from '../../model/kinds.js';
import { NoAnswerError } from './answers.js';

/*
 * What an error says about the statement that got it. SQLSTATE classes:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

const UNIQUE_VIOLATION = '23505';
const COMPLETION_UNKNOWN = '40003';
const LOCK_NOT_AVAILABLE = '55P03';
const READ_ONLY = '25006';
const TOO_MANY_CONNECTIONS = '53300';
const NOT_SUPPORTED = '0A000';
/**
 * 08: connection. 25: its transaction can't be used, as it only reads, or belongs to other code and has failed. 57P: shut down,
 * crashed, terminated, not accepting connections yet.
 */
const LOST = ['08', '25', '57P'] as const;
/**
 * Serialization failure, deadlock, lock not available, canceled (such as by statement_timeout); 53: no disk, no memory, no
 * connection left; 58: the disk failed. Nothing was written, and the same may work now.
 */
const PASSING = ['40001', '40P01', LOCK_NOT_AVAILABLE, '57014', '53', '58'] as const;
/** 22: data exception. 54: program limit exceeded. Not 53, a full disk or memory: that says nothing of the item, and passes. */
const REFUSED = ['22', '54'] as const;
/** No such schema or table. */
const ELSEWHERE = ['3F000', '42P01'] as const;
/** A prepared statement is there although it is new, or is not there although it was prepared. */
const PREPARED_ELSEWHERE = ['42P05', '26000'] as const;
const NOT_ALLOWED = '42501';
/** No such schema, table, column or function; another type than expected; a name of ours that is taken. */
const SCHEMA = [...ELSEWHERE, '42703', '42804', '42883', '42P07', '42P16', '42701', '42710'] as const;
/**
 * What a client says without a server: settings that no time changes, such as a certificate, a password that is no text, or
 * a pool that was ended. https://nodejs.org/api/errors.html, https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const HOPELESS_CODE = /^ERR_(INVALID|OSSL|SSL)|CERT|ISSUER|LEAF_SIGNATURE/;
const HOPELESS_TEXT = /^SASL|does not support SSL|after calling end on the pool|[Dd]river has already been destroyed/;

/**
 * How often a statement is sent when no answer comes. After a restart of the server, a pool that is not ours may give
 * out the same dead connection once more before it has noticed.
 */
const MAX_SENDS = 3;

function sqlState(error: unknown): string | undefined {
  const code = fieldOf(error, 'code');
  // With a digit, as each has one, and EPIPE has none.
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Errors are the client's, which may be anybody's. */
function fieldOf(error: unknown, name: 'code' | 'routine'): unknown {
  try {
    return (error as { readonly code?: unknown; readonly routine?: unknown } | undefined)?.[name];
  } catch {
    return undefined;
  }
}

function startsWith(error: unknown, beginnings: readonly string[]): boolean {
  const state = sqlState(error);
  return state !== undefined && beginnings.some((beginning) => state.startsWith(beginning));
}

/**
 * There was no answer, or one of a connection that is of no use any more: whether the statement did its work is open, and
 * another connection is to be asked.
 */
export function isLost(error: unknown): boolean {
  return sqlState(error) === undefined || startsWith(error, LOST) || isOfStandby(error) || isOutdated(error);
}

/** The server only reads: after a switchover, connections that were made before it may be to the wrong one. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY || isOfStandby(error);
}

/** A standby does not read unlogged tables. Its text is in the language of the server. */
function isOfStandby(error: unknown): boolean {
  return sqlState(error) === NOT_SUPPORTED && fieldOf(error, 'routine') === 'get_relation_info';
}

/** A statement was prepared on this connection when the tables were other ones. */
function isOutdated(error: unknown): boolean {
  return sqlState(error) === NOT_SUPPORTED && fieldOf(error, 'routine') === 'RevalidateCachedQuery';
}

/** Of a COMMIT: whether it did its work is open. All else that a server says of it is that it did not. */
export function isInDoubt(error: unknown): boolean {
  return (isLost(error) && !isReadOnly(error)) || sqlState(error) === COMPLETION_UNKNOWN;
}

export function isTaken(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

function isPassing(error: unknown): boolean {
  return startsWith(error, PASSING);
}

/** Whether the same is sent again, at once. Who has waited for an answer in vain has waited enough. */
export function isWorthSending(error: unknown, sends: number): boolean {
  return sends < MAX_SENDS && (isLost(error) || isPassing(error)) && !isWithoutAnswer(error);
}

function isWithoutAnswer(error: unknown): boolean {
  return error instanceof NoAnswerError || (error instanceof PersistenceError && error.cause instanceof NoAnswerError);
}

/** A user's transaction holds what it needs, and has not ended in the time that was given. */
export function isBlocked(error: unknown): boolean {
  return sqlState(error) === LOCK_NOT_AVAILABLE;
}

/** The server, the database or the role has no connection left. */
export function isFull(error: unknown): boolean {
  return sqlState(error) === TOO_MANY_CONNECTIONS;
}

/** The content itself is the trouble. */
export function isRefused(error: unknown): boolean {
  return startsWith(error, REFUSED);
}

/** The tables are not here at all. */
export function isElsewhere(error: unknown): boolean {
  return startsWith(error, ELSEWHERE);
}

/** Whether time may heal it: then it is worth waiting. */
export function mayPass(error: unknown): boolean {
  if (isFlowproofError(error)) return error.code === 'STORE_UNREACHABLE';
  if (sqlState(error) !== undefined) return isLost(error) || isPassing(error) || startsWith(error, ['XX000']);
  const code = fieldOf(error, 'code');
  return !(typeof code === 'string' && HOPELESS_CODE.test(code)) && !HOPELESS_TEXT.test(messageOf(error));
}

/** What callers get for anything that the database says, or that is said in its place. */
export function asPersistenceError(error: unknown): Error {
  if (isFlowproofError(error)) return error;
  const text = textOf(error);
  if (startsWith(error, PREPARED_ELSEWHERE)) return pooled(error);
  if (sqlState(error) === NOT_ALLOWED) {
    const message = `the role of this connection may not do what the journal needs: ${text}. Call prepareSchema as a role that may make tables, with grantTo: this one; for one that only looks at runs, open with readOnly: true`;
    return new PersistenceError('STORE_SCHEMA', message, { cause: error });
  }
  if (startsWith(error, SCHEMA)) {
    const message = `the journal's tables are not as this version needs them: ${text}. Open with migrate: true, or call prepareSchema, as a role that may make tables, in a schema with nothing else in it`;
    return new PersistenceError('STORE_SCHEMA', message, { cause: error });
  }
  if (isReadOnly(error)) {
    const message = `PostgreSQL only reads: ${text}. A server that stays so, such as a replica, is looked at with postgres(url, { readOnly: true })`;
    return new PersistenceError('STORE_UNREACHABLE', message, { cause: error });
  }
  if (isFull(error)) {
    const message = `PostgreSQL has no connection left: ${text}. An app with postgres(url) takes up to 4 + lanes (2), and one more for each postgres(url): raise the limit of the role, the database or the server, or give postgres a pool that the app shares with others`;
    return new PersistenceError('STORE_UNREACHABLE', message, { cause: error });
  }
  if (mayPass(error)) return new PersistenceError('STORE_UNREACHABLE', `PostgreSQL did not do as asked: ${text}`, { cause: error });
  return new PersistenceError('STORE_REFUSED', `PostgreSQL refuses what was asked, and waiting does not help: ${text}`, { cause: error });
}

/** What is said of a host with several addresses is in the errors of each. */
function textOf(error: unknown): string {
  const text = messageOf(error);
  if (text !== '' || !isError(error)) return text;
  const { code, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly unknown[] };
  return errors?.map(messageOf).join(', ') || (code ?? error.name);
}

/** A pooler in between lends one connection to several clients. */
export function pooled(cause?: unknown): PersistenceError {
  const message = `between this process and PostgreSQL is a pooler that lends one connection to several clients (such as PgBouncer in transaction mode): say postgres(url, { pooler: 'transaction' }), or give the URL of PostgreSQL itself, which is faster and shows dead processes sooner`;
  return new PersistenceError('STORE_POOLER', message, cause === undefined ? {} : { cause });
}
