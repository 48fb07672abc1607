import { TransactionError } from '../../model/errors.js';
import { Answers, answerMs, isLost } from '../../sql/index.js';
import type { PgClient, PgLender, PgSession } from './pg-pool.js';

/** What is done in a transaction; `check` throws when the transaction is not the one any more that was begun. */
export type TransactionWork = (transaction: unknown, check: () => void) => Promise<void>;

/** Those in a transaction of ours, and those that were left in one. */
const taken = new WeakSet<PgSession>();

const ignore = (): void => undefined;

/**
 * Commits what `work` does, or nothing: on a client that the pool lends for it, or on a client of the user's that is in no transaction.
 *
 * @param path of the task
 * @throws TransactionError `TRANSACTION_STATE` when other code begins or ends transactions on that client
 */
export async function inPgTransaction(db: PgLender | PgSession, path: string, work: TransactionWork): Promise<void> {
  if (!isLender(db)) return attentively(db, () => onSession(db, path, work));
  const client = await db.connect();
  await attentively(client, () => onSession(client, path, work).finally(() => giveBack(client)));
}

export function isLender(db: PgLender | PgSession): db is PgLender {
  return 'totalCount' in db;
}

/** A connection that fails without a listener for its errors ends the process. */
async function attentively<Result>(session: PgSession, work: () => Promise<Result>): Promise<Result> {
  session.on('error', ignore);
  try {
    return await work();
  } finally {
    session.removeListener('error', ignore);
  }
}

async function onSession(session: PgSession, path: string, work: TransactionWork): Promise<void> {
  const misused = () => new TransactionError('TRANSACTION_STATE', path);
  if (taken.has(session) || isInside(session) === true) throw misused();
  taken.add(session);
  await begin(session);
  try {
    await work(session, () => {
      if (isInside(session) === false) throw misused();
    });
  } catch (error) {
    await rollBack(session);
    throw error;
  }
  await commit(session);
}

/** Stricter isolation does not see what the run has written meanwhile, and would take it for lost. */
async function begin(session: PgSession): Promise<void> {
  try {
    await session.query({ text: 'begin isolation level read committed' });
  } catch (error) {
    release(session, error);
    throw error;
  }
}

async function rollBack(session: PgSession): Promise<void> {
  await new Answers().within(answerMs(), () => freed(session)).catch(ignore);
}

async function commit(session: PgSession): Promise<void> {
  try {
    const { command } = await session.query({ text: 'commit' });
    taken.delete(session);
    if (command === 'ROLLBACK') throw notCommitted();
  } catch (error) {
    release(session, error);
    throw error;
  }
}

/** @param error what the server, or the client in its place, said to BEGIN or COMMIT */
function release(session: PgSession, error: unknown): void {
  if (isLost(error)) void freed(session);
  else taken.delete(session);
}

/** Without an answer it may be in that transaction still, to which whatever is sent next would belong: it is free when this is answered. */
async function freed(session: PgSession): Promise<void> {
  try {
    await session.query({ text: 'rollback' });
    taken.delete(session);
  } catch {}
}

/** Whether it is inside of a transaction, where the client tells. */
function isInside(session: PgSession): boolean | undefined {
  const { getTransactionStatus } = session as { readonly getTransactionStatus?: () => unknown };
  if (typeof getTransactionStatus !== 'function') return undefined;
  const status = getTransactionStatus.call(session);
  return status === 'T' || status === 'E' ? true : status === 'I' ? false : undefined;
}

/** Not to others as long as it is in a transaction. Whoever gave it back before had no right to, but what was committed is. */
function giveBack(client: PgClient): void {
  try {
    client.release(taken.has(client) || isInside(client) === true);
  } catch {}
}

/** Said by the server without an error, when a statement of the transaction has failed. */
function notCommitted(): Error {
  const message = 'the transaction was rolled back at COMMIT, as a statement in it has failed that the task did not wait for';
  return Object.assign(new Error(message), { code: '40000' });
}
