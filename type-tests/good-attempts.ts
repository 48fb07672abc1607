/** Tasks with attempts of their own. */

import type { Equal, Expect } from './equal.js';
import { defineTask, type Failure, graph, linear, run, Task, type TaskContext, times, unordered, use } from './support.js';

const charge = defineTask({
  name: 'charge',
  requires: ['amount'],
  provides: ['receipt'],
  retry: times(4, { backoff: { delayMs: 500 } }),
  retryIf: ({ code, status = 0 }) => code !== 'CARD_DECLINED' && status >= 500,
  execute: async ({ amount }: { amount: number }, { turn }) => ({ receipt: `${amount} at turn ${turn}` }),
});

@Task({ name: 'bill', requires: ['receipt'], retry: times(2), retryIf: (failure: Failure) => failure.permanent !== true })
class Bill {
  async execute({ receipt }: { receipt: string }, ctx: TaskContext): Promise<void> {
    const turn: number = ctx.turn;
    console.log(receipt, turn);
  }
}

/** An arrow field, a class without a decorator of its own that is given one, and a generic one. */
@Task({ name: 'arrow', retry: times(2) })
class Arrow {
  readonly execute = async (_: {}, { turn }: TaskContext) => void turn;
}
abstract class Base<T> {
  abstract run(value: T): Promise<void>;
  async execute({ value }: { value: T }): Promise<void> {
    await this.run(value);
  }
}
@Task({ name: 'generic', requires: ['value'], retry: times(3) })
class Generic extends Base<string> {
  async run(value: string): Promise<void> {
    console.log(value);
  }
}

/** Times of calls, wherever they are said. */
const timed = defineTask({
  name: 'timed',
  timeoutMs: 10_000,
  heartbeatMs: 1_000,
  deadlineMs: Number.POSITIVE_INFINITY,
  execute: async (_: {}, ctx: TaskContext) => {
    ctx.heartbeat();
    const untilMs: number | undefined = ctx.deadlineAtMs;
    console.log(untilMs);
  },
});
@Task({ name: 'timed-class', timeoutMs: 10_000 })
class Timed {
  readonly execute = async (_: {}, { heartbeat, deadlineAtMs = 0 }: TaskContext) => void (deadlineAtMs > 0 && heartbeat());
}
export const due = run(linear('due', { deadlineMs: 86_400_000 }).add(timed).build(), { deadlineMs: Number.POSITIVE_INFINITY });
export const times1 = linear('times')
  .add(timed, { timeoutMs: 5_000, deadlineMs: 60_000 })
  .add(use(Timed, { heartbeatMs: 100 }), { timeoutMs: 1 })
  .build();

const placed = { retry: times(3), retryIf: () => true } as const;
export const order = linear('order')
  .input<{ amount: number }>()
  .add(charge, { retry: times(2), provides: { receipt: 'paid' }, optional: true })
  .add(charge, { name: 'again', ...placed })
  .add(Bill, { name: 'billed', retry: times(5) })
  .add(use(Bill, { retryIf: () => false, rebind: { receipt: 'receipt' } }), { name: 'twice', retry: times(1) })
  .add(Arrow)
  .build();
export type Given = Expect<Equal<(typeof order)['name'], 'order'>>;

export const all = unordered('all')
  .input<{ amount: number; value: string }>()
  .add(charge, placed)
  .add(Generic, { retry: times(2) })
  .build();
export const joined = graph('joined')
  .input<{ amount: number }>()
  .add({ one: use(charge, { retry: times(2) }), two: Bill })
  .build();
export const data = linear
  .dynamic('data')
  .add(charge, placed)
  .add(Bill, { retry: times(2) })
  .build();

/** A flow is placed as before. */
export const outer = linear('outer').input<{ amount: number }>().add(order, { optional: true, name: 'inner' }).build();
const helper = <Req, Prov>(flow: { readonly name: string }, _?: [Req, Prov]): string => flow.name;
helper(outer);
