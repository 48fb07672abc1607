import type { Kysely, Transaction } from 'kysely';
import type { TaskContext } from '../../authoring/index.js';
import { TransactionError } from '../../model/errors.js';
import { isInDoubt } from '../../sql/index.js';

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
 * @param db Your Kysely, over a pool of yours.
 * @throws TransactionError `NOT_TRANSACTIONAL` outside of a task of such an app; `OTHER_DATABASE` when `db` is a database
 * without the run; `TRANSACTION_LATE` for a second transaction of a task.
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
export async function transaction<DB, Result>(
  ctx: Pick<TaskContext<unknown>, 'path' | '~flowproof'>,
  db: Kysely<DB>,
  fn: (trx: Transaction<DB>) => Promise<Result>,
): Promise<Result> {
  const door = ctx['~flowproof'];
  if (door === undefined) throw new TransactionError('NOT_TRANSACTIONAL', ctx.path);
  door.open();
  const written: Result[] = [];
  try {
    // Stricter ones don't see what the run has written meanwhile, and would take it for lost.
    await db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        const result = await fn(trx);
        await door.write(result, trx);
        written.push(result);
      });
    await door.conclude('committed');
  } catch (error) {
    const isDone = written.length > 0 && (await door.conclude(isInDoubt(error) ? 'in-doubt' : 'failed'));
    if (!isDone) throw error;
  }
  return written[0] as Result;
}
