import {
  type AnyFlow,
  defineRetry,
  defineTask,
  forEach,
  linear,
  mapTask,
  PermanentError,
  reduceTask,
  type TaskContext,
  times,
  unordered,
} from 'flowproof';

/** What tasks do to the world outside. */
export interface World {
  /** Leaves a line where no crash of ours loses it. */
  called(ctx: Call, phase: Phase): void;
  /** Leaves a row, by the COMMIT that ends the task. */
  commit<Result>(ctx: Call, phase: Phase, result: Result): Promise<Result>;
}

export type Phase = 'execute' | 'revert';
export type Call = TaskContext<{ world: World }>;

/** Beyond what any injector reaches: a run must end as its reference, so none may be given up as poison. */
const MAX_LOSSES = 1_000;
const LIST = [3, 1, 2];

/** Takes a moment that follows from what it is given, so that others are in all stages of their work. */
function work(ctx: Call, n: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, (n * 37 + ctx.path.length * 11) % 400));
}

const step = <const Name extends string>(name: Name) =>
  defineTask({
    name,
    requires: ['n'],
    provides: ['out'],
    keeps: ['undo'],
    maxLosses: MAX_LOSSES,
    async execute({ n }: { n: number }, ctx: Call) {
      ctx.services.world.called(ctx, 'execute');
      await work(ctx, n);
      return { out: (n * 31 + name.length) % 997, undo: `undo ${name} of ${n}` };
    },
    async revert({ n }: { n: number }, _outcome, ctx: Call) {
      ctx.services.world.called(ctx, 'revert');
      await work(ctx, n);
    },
  });

/** Its rows are in the database of the journal. */
const booking = defineTask({
  name: 'booking',
  requires: ['n'],
  provides: ['out'],
  maxLosses: MAX_LOSSES,
  async execute({ n }: { n: number }, ctx: Call) {
    await work(ctx, n);
    return ctx.services.world.commit(ctx, 'execute', { out: (n * 17 + 5) % 997 });
  },
  async revert({ n }: { n: number }, _outcome, ctx: Call) {
    await work(ctx, n);
    return ctx.services.world.commit(ctx, 'revert', undefined);
  },
});

const failing = defineTask({
  name: 'failing',
  requires: ['n'],
  provides: [],
  maxLosses: MAX_LOSSES,
  async execute({ n }: { n: number }, ctx: Call): Promise<void> {
    ctx.services.world.called(ctx, 'execute');
    await work(ctx, n);
    throw new PermanentError(`nothing left of ${n}`);
  },
});

/** Fails until the retry around it gives it what it wants. */
const picky = <const Name extends string>(name: Name, wanted: number) =>
  defineTask({
    name,
    requires: ['n', 'offer'],
    provides: ['taken'],
    maxLosses: MAX_LOSSES,
    async execute({ n, offer }: { n: number; offer: number }, ctx: Call) {
      ctx.services.world.called(ctx, 'execute');
      await work(ctx, n);
      if (offer !== wanted) throw new Error(`${offer} is not ${wanted}`);
      return { taken: offer };
    },
    async revert(_inputs: { n: number; offer: number }, _outcome, ctx: Call) {
      ctx.services.world.called(ctx, 'revert');
    },
  });

/** Goes on where an earlier call of it was lost. */
const saving = defineTask({
  name: 'saving',
  requires: ['n'],
  provides: ['parts'],
  maxLosses: MAX_LOSSES,
  async execute({ n }: { n: number }, ctx: Call) {
    ctx.services.world.called(ctx, 'execute');
    const parts = Array.isArray(ctx.saved) ? ctx.saved.map(Number) : [];
    while (parts.length < 3) {
      await work(ctx, n + parts.length);
      parts.push(n + parts.length);
      await ctx.save(parts);
    }
    return { parts };
  },
});

const double = mapTask({ name: 'double', over: ['a', 'b', 'c'], provides: ['x', 'y', 'z'], map: (value: number) => value * 2 });
const sum = reduceTask({ name: 'sum', over: ['x', 'y', 'z'], provides: 'total', reduce: (a: number, b: number) => a + b });

/** Says itself that it goes on, until it has seen two failures. */
const thrice = defineRetry({
  name: 'thrice',
  provides: ['offer'],
  execute: (history) => ({ offer: history.length + 1 }),
  onFailure: (history) => (history.length < 3 ? 'RETRY' : 'REVERT'),
});

function line(length: number) {
  let flow = linear.dynamic<{ world: World }>('line').input(['v0']);
  for (let at = 1; at <= length; at++) {
    flow = flow.add(step('step'), { name: `s${at}`, rebind: { n: `v${at - 1}` }, provides: { out: `v${at}` } });
  }
  return flow.returns(`v${length}`).build();
}

function fan(width: number) {
  let wide = unordered.dynamic<{ world: World }>('wide').input(['n']);
  for (let at = 0; at < width; at++) wide = wide.add(step('step'), { name: `w${at}`, provides: { out: `out${at}` } });
  return linear
    .dynamic<{ world: World }>('fan')
    .input(['n'])
    .add(step('before'), { provides: { out: 'first' } })
    .add(wide.build())
    .add(step('after'), { rebind: { n: 'out3' }, provides: { out: 'last' } })
    .returns('first', 'last')
    .build();
}

function saga(name: string, task: typeof booking | ReturnType<typeof step>, length: number) {
  let flow = linear.dynamic<{ world: World }>(name).input(['v0']);
  for (let at = 1; at <= length; at++) {
    flow = flow.add(task, { name: `s${at}`, rebind: { n: `v${at - 1}` }, provides: { out: `v${at}` } });
  }
  return flow
    .add(failing, { name: 'last', rebind: { n: `v${length}` } })
    .returns()
    .build();
}

function bookings(length: number) {
  let flow = linear.dynamic<{ world: World }>('bookings').input(['v0']);
  for (let at = 1; at <= length; at++) {
    flow = flow.add(booking, { name: `s${at}`, rebind: { n: `v${at - 1}` }, provides: { out: `v${at}` } });
  }
  return flow.build();
}

const retried = linear('retried')
  .input<{ n: number }>()
  .add(step('before'))
  .add(
    linear
      .open('tries')
      .retry(forEach('offer', LIST))
      .add(step('inner'), { provides: { out: 'ready' } })
      .add(picky('picky', 2))
      .build(),
  )
  .build();

/** Rests between its attempts for longer than a server takes to come back, or a lease to end. */
const waiting = linear('waiting')
  .input<{ n: number }>()
  .add(
    linear
      .open('patient')
      .retry(forEach('offer', LIST, { backoff: { delayMs: 900, factor: 2 } }))
      .add(picky('picky', 2))
      .build(),
  )
  .build();

const decided = linear('decided')
  .input<{ n: number }>()
  .add(
    linear
      .open('own')
      .retry(thrice)
      .add(step('inner'), { provides: { out: 'ready' } })
      .add(picky('picky', 3))
      .build(),
  )
  .build();

const choosing = linear('choosing')
  .input<{ n: number }>()
  .add(step('look'))
  .switch('way', ['n'], ({ n }: { n: number }) => (n % 3 === 0 ? 'short' : n % 3 === 1 ? 'long' : 'none'), {
    short: defineChoice('short'),
    long: linear.open('long').add(saving).add(defineChoice('far')).build(),
    none: unordered('none').build(),
  })
  .build();

function defineChoice<const Name extends string>(name: Name) {
  return defineTask({
    name,
    requires: ['n'],
    provides: [],
    maxLosses: MAX_LOSSES,
    async execute({ n }: { n: number }, ctx: Call) {
      ctx.services.world.called(ctx, 'execute');
      await work(ctx, n);
    },
  });
}

const mapped = linear('mapped')
  .input<{ n: number }>()
  .add(step('one'), { provides: { out: 'a' } })
  .add(step('two'), { rebind: { n: 'a' }, provides: { out: 'b' } })
  .add(step('three'), { rebind: { n: 'b' }, provides: { out: 'c' } })
  .add(double)
  .add(sum)
  .build();

/** Undone with patience: what a revert meets is gone when it tries again. */
const stubborn = linear('stubborn')
  .input<{ n: number }>()
  .add(
    defineTask({
      name: 'sticky',
      requires: ['n'],
      provides: [],
      maxLosses: MAX_LOSSES,
      revertRetry: times(1_000, { backoff: { delayMs: 20 } }),
      async execute({ n }: { n: number }, ctx: Call) {
        ctx.services.world.called(ctx, 'execute');
        await work(ctx, n);
      },
      async revert(_inputs: { n: number }, _outcome, ctx: Call) {
        ctx.services.world.called(ctx, 'revert');
        if (ctx.attempt < 3) throw new Error('it still sticks');
      },
    }),
  )
  .add(failing)
  .build();

/** All flows of the soak, by name, with the input that carries a run's number. */
export const FLOWS: readonly { readonly flow: AnyFlow; readonly input: string }[] = [
  { flow: line(8), input: 'v0' },
  { flow: fan(12), input: 'n' },
  { flow: saga('saga', step('step'), 6), input: 'v0' },
  { flow: saga('booked-saga', booking, 4), input: 'v0' },
  { flow: bookings(5), input: 'v0' },
  { flow: retried, input: 'n' },
  { flow: waiting, input: 'n' },
  { flow: decided, input: 'n' },
  { flow: choosing, input: 'n' },
  { flow: mapped, input: 'n' },
  { flow: stubborn, input: 'n' },
];

/** Whether a flow leaves rows in the database of the journal. */
export function isBooking(flow: string): boolean {
  return flow === 'bookings' || flow === 'booked-saga';
}
