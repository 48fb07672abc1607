import { transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, type Flow, type TaskContext } from '../../src/index.js';
import type { Shop, ShopDatabase } from './transaction-rig.js';

type Services = { db: ShopDatabase['db']; log: string[] };
export type Context = TaskContext<Services>;

/** What a test makes of one order. */
export type Order = (
  order: { id: string; ctx: Context },
  insert: (row?: Partial<Shop['orders']>) => Promise<unknown>,
) => Promise<{ orderId: string }>;

export const TRUSTING: Order = async ({ id }, insert) => {
  await insert();
  return { orderId: id };
};

/** A task that places one order with its result. */
export function placing(order: Order = TRUSTING) {
  return defineTask({
    name: 'place',
    requires: ['id'],
    provides: ['orderId'],
    async execute({ id }: { id: string }, ctx: Context) {
      ctx.services.log.push(`place ${id} ${ctx.attempt}`);
      return transaction(ctx, ctx.services.db, (trx) =>
        order({ id, ctx }, (row = {}) =>
          trx
            .insertInto('orders')
            .values({ id, attempt: ctx.attempt, slot: id, ...row })
            .execute(),
        ),
      );
    },
  });
}

export type OrderFlow = Flow<string, { id: string }, { orderId: string }, Services>;
