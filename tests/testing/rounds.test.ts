import { concurrent, defineTask, type ExecutorChoice, flowproof, linear, memory, run, type TaskContext, unordered } from 'flowproof';
import { rounds } from 'flowproof/testing';
import { describe, expect, test } from 'vitest';

const settled = async (): Promise<void> => undefined;
const quick = defineTask({ name: 'quick', execute: settled });
const slow = defineTask({ name: 'slow', execute: (_: {}, { services }: TaskContext<{ slow: Promise<void> }>) => services.slow });
const after = defineTask({ name: 'after', execute: settled });
/** A turn of the event loop: long after `quick` has ended. */
const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `quick` ends long before `slow` does, and `after` waits for it only. */
const flow = unordered('flow').add(slow).add(linear('branch').add(quick).add(after).build()).build();

async function told(executor: ExecutorChoice, suspendAt?: string): Promise<string[]> {
  const events: string[] = [];
  await using app = flowproof({ persistence: memory(), flows: [flow], executor, services: { slow: aTurn() } });
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
    let end = (): void => undefined;
    const slowEnds = new Promise<void>((resolve) => {
      end = resolve;
    });
    const ends = defineTask({ name: 'after', execute: () => end() });
    const waiting = unordered('flow').add(slow).add(linear('branch').add(quick).add(ends).build()).build();
    const result = await run(waiting, { executor: concurrent(), services: { slow: slowEnds } });
    expect(result.state, 'slow waits for what comes after quick').toBe('SUCCESS');
  });

  test('starts all of a round though the first one is a reason to suspend, and nothing after it', async () => {
    expect(await told(rounds(), 'slow RUNNING')).toEqual(['slow RUNNING', 'quick RUNNING', 'slow SUCCESS', 'quick SUCCESS']);
  });
});
