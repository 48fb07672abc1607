import type { TaskContext } from '../../authoring/index.js';
import { TransactionError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { isInDoubt } from '../../sql/index.js';
import { isKysely } from './kysely-sql.js';
import type { PgLender, PgSession } from './pg-pool.js';
import { inPgTransaction, isLender, type TransactionWork } from './pg-transaction.js';
import type { KyselyTransactions, TransactionOf, TransactionSource } from './transaction-source.js';

/**
 * Ends a task together with a transaction of yours: your rows and the task's SUCCESS are committed by one COMMIT, so that
 * neither is ever there without the other, whatever dies in between. What `fn` returns is the task's result: return it
 * from the task. In a `revert` the same holds for what it undoes.
 *
 * When this returns, everything is committed; when it throws, nothing is, also after a COMMIT without an answer: that is
 * found out before. Then the task may go on, or try again itself. What it does after this has returned does not count.
 *
 * The transaction is READ COMMITTED, and begins anew with each call of `fn`, which should send everything through `trx`:
 * what it does elsewhere is not rolled back. It needs an app with `persistence: postgres(url)` in the same database, and a
 * role that may write there (`prepareSchema`, `grantTo`).
 *
 * @param db Your Kysely, or your pool of `pg`, of which a client is lent for it; or a client of yours that nothing else uses meanwhile.
 * @param fn Given Kysely's transaction, or the client that is in it. BEGIN, COMMIT and ROLLBACK are not its to send; savepoints are fine.
 * @throws TransactionError `NOT_TRANSACTIONAL` outside of a task of such an app; `OTHER_DATABASE` when `db` is a database
 * without the run; `TRANSACTION_LATE` for a second transaction of a task; `TRANSACTION_STATE` when somebody else begins or ends
 * transactions on that client.
 * @throws TypeError when `db` is something else
 * @throws StaleRunError when another engine has taken the run over meanwhile: your rows are rolled back.
 *
 * @example
 * ```ts
 * import { Task, type TaskContext } from 'flowproof';
 * import { transaction } from 'flowproof/postgres';
 * import type { Kysely } from 'kysely';
 * interface Shop { orders: { id: string; state: string } }
 *
 * @Task({ requires: ['order'], provides: ['orderId'] })
 * class PlaceOrder {
 *   async execute({ order }: { order: string }, ctx: TaskContext<{ db: Kysely<Shop> }>) {
 *     return transaction(ctx, ctx.services.db, async (trx) => {
 *       await trx.insertInto('orders').values({ id: order, state: 'placed' }).execute();
 *       return { orderId: order };
 *     });
 *   }
 * }
 * ```
 */
export function transaction<Source extends TransactionSource, Result>(
  ctx: Pick<TaskContext<unknown>, 'path' | '~flowproof'>,
  db: Source,
  fn: (trx: TransactionOf<Source>) => Promise<Result>,
): Promise<Result> {
  const ended = committed(ctx, db, fn);
  // A task that does not await it is not to end the process.
  ended.catch(() => undefined);
  return ended;
}

async function committed<Source extends TransactionSource, Result>(
  ctx: Pick<TaskContext<unknown>, 'path' | '~flowproof'>,
  db: Source,
  fn: (trx: TransactionOf<Source>) => Promise<Result>,
): Promise<Result> {
  const port = ctx['~flowproof'];
  if (port === undefined) throw new TransactionError('NOT_TRANSACTIONAL', ctx.path);
  port.open();
  const written: Result[] = [];
  try {
    await begun(db, ctx.path, async (trx, check) => {
      const result = await fn(trx as TransactionOf<Source>);
      check();
      await port.write(result, trx);
      written.push(result);
    });
    await port.conclude('committed');
  } catch (error) {
    const isDone = written.length > 0 && (await port.conclude(isInDoubt(error) ? 'in-doubt' : 'failed'));
    if (!isDone) throw error;
  }
  return written[0] as Result;
}

/** @throws TypeError when it is nothing that transactions are begun with here */
async function begun(db: TransactionSource, path: string, work: TransactionWork): Promise<void> {
  if (isKyselyOf(db)) {
    // Stricter ones don't see what the run has written meanwhile, and would take it for lost.
    const builder = db.transaction().setIsolationLevel('read committed');
    await builder.execute((trx) => work(trx, () => undefined));
  } else if (isOfPg(db)) await inPgTransaction(db, path, work);
  else throw new TypeError(`transaction in task '${path}' was given ${inWords(db)}: it takes a Kysely, or a pool or client of pg`);
}

function isKyselyOf(db: TransactionSource): db is KyselyTransactions {
  return typeof db === 'object' && db !== null && isKysely(db);
}

function isOfPg(db: TransactionSource): db is PgLender | PgSession {
  if (typeof db !== 'object' || db === null) return false;
  return isLender(db as PgLender) || typeof (db as PgSession).query === 'function';
}
