import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineTask,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  type Persistence,
  sleep,
  times,
  unordered,
  waitFor,
} from '../../src/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';

/** Fails in its first round only. */
const once = defineTask({
  name: 'once',
  requires: ['second'],
  execute: async ({ second }: { second: number }) => {
    if (second === 1) throw new Error('the first one will not do');
  },
});
const quick = defineTask({ name: 'quick', execute: async () => undefined, revert: async () => undefined });
const last = defineTask({
  name: 'last',
  requires: ['end'],
  execute: async ({ end }: { end: string }) => {
    if (end === 'bad') throw new Error('all the way back');
  },
});

const flow = linear('crashing')
  .add(quick)
  .add(waitFor('first', z.string()))
  .add(unordered('beside').add(sleep(1)).add(waitFor('left')).add(quick).build())
  .add(linear.open('tried').retry(times(2)).add(waitFor('second', z.number())).add(once).build())
  .add(waitFor('none', { timeoutMs: 1 }), { optional: true })
  .add(waitFor('end', z.string(), { timeoutMs: 60_000, fallback: 'nothing' }))
  .add(last)
  .build();

interface Ways {
  readonly end: 'good' | 'bad';
  /** Some come before anything waits for them. */
  readonly order: readonly (readonly [name: 'first' | 'left' | 'second' | 'end', id: string, payload?: unknown])[];
}

const waysOf = (end: Ways['end']): Ways => ({
  end,
  order: [['second', 'm1', 1], ['first', 'm2', 'a'], ['left', 'm3'], ['second', 'm4', 2], ['end', 'm5', end]], // biome-ignore format: in one line
});

/** Runs, and sends all signals again, as somebody does who does not know what has arrived; until the end, or the process "dies". */
async function live(persistence: Persistence & { died?: Promise<void> }, { order }: Ways, heard: string[]): Promise<unknown> {
  const onEvent = (event: FlowEvent): void => {
    if (event.type === 'signal' && event.heard) heard.push(event.name);
  };
  const app = flowproof({ persistence, flows: [flow], storeTimeoutMs: 1_000, recover: false, onEvent });
  const work = async (): Promise<unknown> => {
    const found = await app.runs({ limit: 1 });
    const known = found.runs.length > 0;
    const result = known ? app.resume(flow, 'r', { takeover: 'force' }) : app.run(flow, { id: 'r' });
    result.catch(() => undefined);
    if (!known) await expect.poll(async () => (await app.runs({ limit: 1 })).runs.length, { interval: 1 }).toBe(1);
    for (const [name, messageId, payload] of order) {
      await app.signal(flow, 'r', name as 'first', payload as string, { messageId }).catch((error: { code?: string }) => {
        if (error.code !== 'RUN_ENDED') throw error;
      });
    }
    return result;
  };
  const working = work();
  working.catch(() => undefined);
  return Promise.race([working, persistence.died ?? new Promise(() => undefined)]);
}

function shape(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result, (key, value) => (key === 'stack' || key === 'attempt' ? undefined : value)));
}

for (const end of ['good', 'bad'] as const) {
  for (const fault of ['die-before', 'die-after', 'lose-answer'] as const) {
    test(`a flow that waits, to its ${end} end: ${fault} at every write`, async () => {
      const ways = waysOf(end);
      let writes = 0;
      const counting = withFaults(memory(), () => {
        writes++;
        return 'pass';
      });
      const reference = await live(counting, ways, []);
      expect(reference).toMatchObject({ state: end === 'good' ? 'SUCCESS' : 'REVERTED' });
      for (let at = 0; at < writes; at++) {
        const store = memory();
        const heard: string[] = [];
        const faulty = withFaults(store, (write): Fault => (write === at ? fault : 'pass'));
        const ended = (await live(faulty, ways, heard)) ?? (await live(store, ways, heard));
        expect(shape(ended), `write ${at}`).toEqual(shape(reference));
        // What was heard by a process that died before it said so is heard silently.
        const names = ['end', 'first', 'left', 'second', 'second'];
        expect(heard.length, `write ${at}`).toBeLessThanOrEqual(names.length);
        if (fault === 'lose-answer') expect([...heard].sort(), `write ${at}`).toEqual(names);
      }
    });
  }
}
