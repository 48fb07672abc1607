import { defineTask, file, flowproof, linear } from 'flowproof';

const reserve = defineTask({
  name: 'reserve',
  requires: ['item'],
  provides: ['reservation'],
  async execute({ item }: { item: string }) {
    console.log(`reserving ${item}`);
    return { reservation: `shelf-7/${item}` };
  },
  async revert({ item }) {
    console.log(`giving ${item} back`);
  },
});

const charge = defineTask({
  name: 'charge',
  requires: ['reservation', 'card'],
  provides: ['receipt'],
  async execute({ reservation, card }: { reservation: string; card: string }, { idempotencyKey }) {
    console.log(`charging ${card} for ${reservation}`); // give idempotencyKey to the bank: a second call charges nothing
    if (card === 'blocked') throw new Error('the bank refused the card');
    return { receipt: `receipt for ${reservation}` };
  },
});

const order = linear('order').input<{ item: string; card: string }>().add(reserve).add(charge).build();

const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
for (const card of ['visa', 'blocked']) {
  const result = await app.run(order, { id: `order-${card}`, inputs: { item: 'lamp', card } });
  console.log(result.state, result.state === 'SUCCESS' ? result.results.receipt : '');
}
await app.stop();
