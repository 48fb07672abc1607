import { defineTask, file, flowproof, linear } from 'flowproof';

const paid = new Map<string, string>();
const bank = {
  /** What a bank does: a second call with the same key is the same payment. */
  async charge(card: string, key: string): Promise<string> {
    if (card === 'blocked') throw new Error('the bank refused the card');
    const receipt = paid.get(key) ?? `receipt ${paid.size + 1}`;
    paid.set(key, receipt);
    return receipt;
  },
};

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
    console.log(`charging ${card} for ${reservation}`);
    return { receipt: await bank.charge(card, idempotencyKey) };
  },
});

const order = linear('order').input<{ item: string; card: string }>().add(reserve).add(charge).build();

const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
for (const card of ['visa', 'blocked']) {
  const result = await app.run(order, { id: `order-${card}`, inputs: { item: 'lamp', card } });
  console.log(result.state, result.state === 'SUCCESS' ? result.results.receipt : '');
}
await app.stop();
