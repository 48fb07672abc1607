/** A supplier that does not answer in time, and an order that has to be done by then. */
import { setTimeout as pause } from 'node:timers/promises';
import { defineTask, flowproof, linear, memory, type TaskContext, times } from 'flowproof';

const log: string[] = [];

const reserve = defineTask({
  name: 'reserve',
  execute: async () => void log.push('reserved'),
  revert: async () => void log.push('reservation cancelled'),
});

/** Answers after so long; in every turn but the first at once. */
const supplier = (answerMs: number, laterMs: number) =>
  defineTask({
    name: 'ask-supplier',
    provides: ['price'],
    timeoutMs: 300,
    retry: times(3),
    execute: async (_: {}, { turn, signal }: TaskContext) => {
      await pause(turn === 1 ? answerMs : laterMs, undefined, { signal });
      return { price: `price of turn ${turn}` };
    },
    revert: async (_: {}, outcome) => void log.push(`asked in vain: ${outcome.kind}`),
  });

/** Counts what it packs, as long as the belt moves. */
const pack = (stopsAt: number) =>
  defineTask({
    name: 'pack',
    heartbeatMs: 200,
    execute: async (_: {}, ctx: TaskContext) => {
      for (let item = 1; item <= 5; item++) {
        ctx.heartbeat();
        await pause(item === stopsAt ? 3_600_000 : 1, undefined, { signal: ctx.signal });
      }
      log.push('packed');
    },
  });

for (const [name, ask, packing, deadlineMs] of [
  ['slow at first', supplier(3_600_000, 1), pack(0), 60_000],
  ['always slow', supplier(3_600_000, 3_600_000), pack(0), 60_000],
  ['the belt stands still', supplier(1, 1), pack(3), 60_000],
  ['no time left', supplier(3_600_000, 3_600_000), pack(0), 50],
] as const) {
  log.length = 0;
  const order = linear('order', { deadlineMs }).add(reserve).add(ask).add(packing).build();
  const app = flowproof({ persistence: memory(), flows: [order] });
  const result = await app.run(order);
  await app.stop();
  const why = result.state === 'REVERTED' ? result.failures.map(({ path, failure }) => `${path} ${failure.code}`) : [];
  console.log(`${name}: ${[result.state, ...why].join(', ')}; ${log.join(', ')}`);
}
