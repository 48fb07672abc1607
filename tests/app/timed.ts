import { defineTask, type FlowEvent, flowproof, linear, memory, type TaskContext } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

/** Something that is sent any number of times, and waited for. */
export class Signal {
  #count = 0;
  readonly #waiting: { readonly times: number; readonly resolve: () => void }[] = [];

  readonly send = (): void => {
    this.#count++;
    for (const { times, resolve } of this.#waiting) if (times <= this.#count) resolve();
  };

  /** Resolves when it was sent so often. */
  heard(times = 1): Promise<void> {
    return new Promise((resolve) => {
      if (times <= this.#count) resolve();
      else this.#waiting.push({ times, resolve });
    });
  }
}

/** Resolves when all that could happen by itself has: a turn of the event loop, a few times over. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs a flow of one task with a clock that stands still until the test moves it. */
export function timed(execute: (ctx: TaskContext, call: number) => Promise<void>, tuning: object, options: object = {}) {
  const clock = new VirtualClock();
  const begun = new Signal();
  const undone: string[] = [];
  let calls = 0;
  const task = defineTask({
    name: 'fetch',
    execute: async (_: {}, ctx: TaskContext) => {
      const ended = execute(ctx, ++calls);
      begun.send();
      await ended;
    },
    revert: async (_, outcome) => void undone.push(outcome.kind),
  });
  const events: FlowEvent[] = [];
  const flow = linear('f').add(task, tuning).build();
  const app = flowproof({ persistence: memory(), flows: [flow], clock, graceMs: 100, onEvent: (event) => events.push(event), ...options });
  const handle = app.start(flow, { id: 'r' });
  return { app, flow, clock, begun, undone, events, calls: () => calls, handle, result: handle.then((run) => run.result()) };
}

/** Ends when it is told to. */
export const untilAborted = (ctx: TaskContext) =>
  new Promise<void>((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
export const forever = () => new Promise<void>(() => {});
