import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, times } from '../../src/index.js';

/** A number of steps that takes much longer than a turn of the event loop may. */
const MANY = 20_000;

test('a run that never waits for anything hears that it is cancelled', async () => {
  const failing = defineTask({
    name: 'failing',
    execute: () => {
      throw new Error('again');
    },
  });
  const flow = linear('f').retry(times(MANY)).add(failing).build();
  await using app = flowproof({ persistence: memory(), flows: [flow], maxSteps: MANY });
  setTimeout(() => void app.cancel('r'), 1);
  expect(await app.run(flow, { id: 'r' })).toMatchObject({ state: 'CANCELLED' });
});

test('runs that never wait for anything, one after the other, let timers have their turn', async () => {
  const flow = linear('f')
    .add(defineTask({ name: 't', execute: () => {} }))
    .build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  let runs = 0;
  while (!fired && runs < MANY) {
    await app.run(flow);
    runs++;
  }
  expect(fired, `while ${runs} runs came to their end`).toBe(true);
});
