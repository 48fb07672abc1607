import { describe, expect, test } from 'vitest';
import { concurrent, defineTask, flowproof, linear, memory, Retry, type TaskContext, times, unordered } from '../../src/index.js';
import { Gate } from './gate.js';

/** A revert that is under way when the run is cancelled, and ends at once, as `fetch` does, if it is told to stop. */
class Undoing {
  readonly gate = new Gate();
  readonly log: string[] = [];

  async undo(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await Promise.race([this.gate.pass(), stopped]);
  }

  readonly slow = defineTask({
    name: 'slow',
    execute: () => {},
    revert: async (_: {}, _outcome, ctx: TaskContext) => {
      await this.undo(ctx.signal);
      await ctx.save({ step: 1 });
      this.log.push('slow undone');
    },
  });

  readonly first = defineTask({ name: 'first', execute: () => {}, revert: () => void this.log.push('first undone') });

  /** Runs beside it until it is told to stop: then the cancellation has been heard, and the revert may go on. */
  readonly worker = defineTask({
    name: 'worker',
    execute: async (_: {}, ctx: TaskContext) => {
      await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
      await ctx.save({ parts: 2 });
      this.gate.open();
      throw ctx.signal.reason;
    },
    revert: (_: {}, { kind, saved }) => void this.log.push(`worker undone: ${kind}, ${JSON.stringify(saved)}`),
  });
}

const failing = defineTask({
  name: 'failing',
  execute: () => {
    throw new Error('planned');
  },
});

describe.each([
  ['the signals of all calls are one', 'revert'],
  ['each call has a signal of its own', 'abortSiblings'],
] as const)('a run that is cancelled while a retry undoes its flow, where %s', (_, onFailure) => {
  test('is undone to its end; what executes beside is told to stop, and can save what it did', async () => {
    const undoing = new Undoing();
    const { gate, log, first, slow, worker } = undoing;
    const retried = linear.open('retried').retry(times(3)).add(first).add(slow).add(failing).build();
    const flow = unordered('f').add(retried).add(worker).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], executor: concurrent(), onFailure });
    const run = await app.start(flow);
    await gate.reached;
    await run.cancel();
    expect(await run.result()).toMatchObject({ state: 'CANCELLED' });
    expect(log.sort()).toEqual(['first undone', 'slow undone', 'worker undone: interrupted, {"parts":2}']);
  });

  test('lets the revert of a retry end, too', async () => {
    const undoing = new Undoing();
    const { gate, log, worker } = undoing;
    class Holder {
      onFailure() {
        return 'REVERT' as const;
      }
      async revert(_history: unknown, _inputs: {}, { signal }: { readonly signal: AbortSignal }) {
        await undoing.undo(signal);
        log.push('released');
      }
    }
    Retry({ name: 'holder' })(Holder);
    const held = linear.open('held').retry(Holder).add(failing).build();
    const retried = linear.open('retried').retry(times(2)).add(held).build();
    const flow = unordered('f').add(retried).add(worker).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], executor: concurrent(), onFailure });
    const run = await app.start(flow);
    await gate.reached;
    await run.cancel();
    expect(await run.result()).toMatchObject({ state: 'CANCELLED' });
    expect(log.sort()).toEqual(['released', 'worker undone: interrupted, {"parts":2}']);
  });
});

test('a run that is cancelled while the whole of it goes back is undone to its end', async () => {
  const { gate, log, first, slow, worker } = new Undoing();
  const flow = unordered('f').add(linear.open('line').add(first).add(slow).add(failing).build()).add(worker).build();
  await using app = flowproof({ persistence: memory(), flows: [flow], executor: concurrent() });
  const run = await app.start(flow);
  await gate.reached;
  await run.cancel();
  expect(await run.result()).toMatchObject({ state: 'CANCELLED' });
  expect(log.sort()).toEqual(['first undone', 'slow undone', 'worker undone: interrupted, {"parts":2}']);
});
