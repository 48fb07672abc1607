import { concurrent, defineTask, type ExecutorChoice, flowproof, linear, memory, unordered } from 'flowproof';
import { rounds } from 'flowproof/testing';
import { describe, expect, test } from 'vitest';

const settled = async (): Promise<void> => undefined;
const quick = defineTask({ name: 'quick', execute: settled });
const slow = defineTask({ name: 'slow', execute: () => new Promise<void>((resolve) => setImmediate(resolve)) });
const after = defineTask({ name: 'after', execute: settled });

/** `quick` ends long before `slow` does, and `after` waits for it only. */
const flow = unordered('flow').add(slow).add(linear('branch').add(quick).add(after).build()).build();

async function told(executor: ExecutorChoice, suspendAt?: string): Promise<string[]> {
  const events: string[] = [];
  await using app = flowproof({ persistence: memory(), flows: [flow], executor });
  app.on((event) => {
    if (event.type !== 'task') return;
    events.push(`${event.path.split('/').at(-1)} ${event.state}`);
    if (events.at(-1) === suspendAt) void app.suspend('it');
  });
  await app.run(flow, { id: 'it' });
  return events;
}

describe('rounds', () => {
  test('looks at results when all that was started has ended, in definition order', async () => {
    expect(await told(rounds())).toEqual([
      ...['slow RUNNING', 'quick RUNNING', 'slow SUCCESS', 'quick SUCCESS'],
      ...['after RUNNING', 'after SUCCESS'],
    ]);
  });

  test('is what it is: a concurrent executor goes on with who was quick', async () => {
    const events = await told(concurrent());
    expect(events.indexOf('after RUNNING')).toBeLessThan(events.indexOf('slow SUCCESS'));
  });

  test('starts all of a round though the first one is a reason to suspend, and nothing after it', async () => {
    expect(await told(rounds(), 'slow RUNNING')).toEqual(['slow RUNNING', 'quick RUNNING', 'slow SUCCESS', 'quick SUCCESS']);
  });
});
