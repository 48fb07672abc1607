import { defineTask, linear, type TaskContext } from 'flowproof';
import { z } from 'zod';
import type { Shop } from './shop.js';

/** What a task gets beside its inputs. The app has to be given these services, or it does not compile. */
type Context = TaskContext<{ shop: Shop }>;

export const reserve = defineTask({
  name: 'reserve',
  requires: ['item'],
  provides: ['reservation'],
  async execute({ item }: { item: string }, { services, idempotencyKey }: Context) {
    return { reservation: await services.shop.reserve(item, idempotencyKey) };
  },
  // Called when something after it fails, and when nobody knows whether the call was made.
  async revert(_: { item: string }, _outcome, { services, idempotencyKey }: Context) {
    await services.shop.release(idempotencyKey);
  },
});

export const charge = defineTask({
  name: 'charge',
  requires: ['card'],
  provides: ['receipt'],
  async execute({ card }: { card: string }, { services, idempotencyKey }: Context) {
    return { receipt: await services.shop.charge(card, idempotencyKey) };
  },
  async revert(_: { card: string }, _outcome, { services, idempotencyKey }: Context) {
    await services.shop.refund(idempotencyKey);
  },
});

export const pack = defineTask({
  name: 'pack',
  requires: ['reservation', 'receipt'],
  provides: ['parcel'],
  async execute({ reservation }: { reservation: string; receipt: string }, { services, idempotencyKey }: Context) {
    return { parcel: await services.shop.pack(reservation, idempotencyKey) };
  },
});

/** Leave `.add(reserve)` out, and the compiler says what is missing. */
export const order = linear('order', { version: 1 })
  .input(z.object({ item: z.string().min(1), card: z.string().min(1) }))
  .add(reserve)
  .add(charge)
  .add(pack)
  .build();
