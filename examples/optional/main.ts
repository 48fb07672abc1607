/**
 * Nodes that may fail without failing their flow. Neither the stars that customers gave nor a letter to the customer are worth
 * an order. What was done of an optional node that fails is undone, last first; then the flow goes on without it. So types say
 * that what it provides may be absent, and the result of a run that succeeds says what it went without.
 */
import { defineTask, flowproof, linear, memory, type TaskContext } from 'flowproof';

type Services = { readonly isDown: (service: string) => boolean };

const reserve = defineTask({
  name: 'reserve',
  requires: ['item'],
  provides: ['shelf'],
  execute: async ({ item }: { item: string }) => ({ shelf: `shelf of ${item}` }),
  revert: async ({ item }) => console.log(`  ${item} is given back`),
});
const rate = defineTask({
  name: 'rate',
  provides: ['stars'],
  execute: async (_: {}, { services }: TaskContext<Services>) => {
    if (services.isDown('ratings')) throw new Error('no answer from the ratings');
    return { stars: 5 };
  },
});
const print = defineTask({
  name: 'print',
  requires: ['item'],
  provides: ['letter'],
  execute: async ({ item }: { item: string }) => ({ letter: `about your ${item}` }),
  revert: async () => console.log('  the letter is torn up'),
});
const post = defineTask({
  name: 'post',
  requires: ['letter'],
  execute: async (_: { letter: string }, { services }: TaskContext<Services>) => {
    if (services.isDown('post')) throw new Error('the post is on strike');
  },
});
const ship = defineTask({
  name: 'ship',
  requires: ['shelf', 'stars?'],
  execute: async ({ shelf, stars }: { shelf: string; stars?: number }, { services }: TaskContext<Services>) => {
    if (services.isDown('lorry')) throw new Error('the lorry broke down');
    console.log(`  shipped from the ${shelf}, ${stars === undefined ? 'not rated' : `${stars} stars`}`);
  },
});

const letter = linear.open('letter').add(print).add(post).build();
const order = linear('order')
  .input<{ item: string }>()
  .add(reserve)
  .add(rate, { optional: true })
  .add(letter, { optional: true })
  .add(ship)
  .build();

for (const down of [[], ['ratings'], ['ratings', 'post'], ['post', 'lorry']]) {
  console.log(`Down: ${down.join(', ') || 'nothing'}`);
  await using app = flowproof({ persistence: memory(), flows: [order], services: { isDown: (service: string) => down.includes(service) } });
  const result = await app.run(order, { id: 'o-1', inputs: { item: 'lamp' } });
  const failures = 'failures' in result ? result.failures : [];
  const without = failures.map(({ path, optional, failure }) => `${path}${optional ? ' (optional)' : ''}: ${failure.message}`);
  console.log(`  ${[result.state, ...without].join('; ')}`);
}
