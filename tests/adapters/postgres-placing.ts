import { transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, type Flow, type TaskContext } from '../../src/index.js';
import type { ShopDatabase } from './transaction-rig.js';

interface Services {
  db: ShopDatabase['db'];
  log: string[];
}

export type Context = TaskContext<Services>;

export const place = defineTask({
  name: 'place',
  requires: ['id'],
  provides: ['orderId'],
  async execute({ id }: { id: string }, ctx: Context) {
    const placed = await transaction(ctx, ctx.services.db, async (trx) => {
      ctx.services.log.push(`place ${ctx.attempt}`);
      await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
      return { orderId: id };
    });
    ctx.services.log.push('committed');
    return placed;
  },
});

export type Placing = Flow<string, { id: string }, { orderId: string }, Services>;

/** Something that others wait for. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
