import { defineTask, linear, type TaskContext, unordered } from 'flowproof';
import type { StepLatency } from './step-latency.js';
import { advance, advanceLater, OutOfStock, type Payload, turnsOf } from './steps.js';

const step = defineTask({
  name: 'step',
  requires: ['value'],
  provides: ['next'],
  execute: async ({ value }: { value: Payload }) => ({ next: await advance(value) }),
});

/** A chain of steps: each one reads what the one before it made; only the last value is the flow's. */
export function chain(name: string, length: number) {
  let flow = linear.dynamic(name).input(['v0']);
  for (let n = 1; n <= length; n++) {
    flow = flow.add(step, { name: `s${n}`, rebind: { value: `v${n - 1}` }, provides: { next: `v${n}` } });
  }
  return flow.returns(`v${length}`).build();
}

/** Steps that wait for nothing, all of them. */
export function fan(name: string, width: number) {
  let flow = unordered.dynamic(name).input(['v0']);
  for (let n = 1; n <= width; n++) {
    const late = defineTask({
      name: `s${n}`,
      requires: ['v0'],
      provides: ['next'],
      execute: async ({ v0 }: { v0: Payload }) => ({ next: await advanceLater(v0, turnsOf(n)) }),
    });
    flow = flow.add(late, { provides: { next: `v${n}` } });
  }
  return flow.returns().build();
}

/** Steps that wait for nothing, and are done at once. */
export function heap(name: string, size: number) {
  let flow = unordered.dynamic(name).input(['v0']);
  for (let n = 1; n <= size; n++) flow = flow.add(step, { name: `s${n}`, rebind: { value: 'v0' }, provides: { next: `v${n}` } });
  return flow.returns().build();
}

/** Told of each call of {@link watchedChain}: the place to die in. */
export interface Watch {
  called(n: number): void;
}

const watchedStep = defineTask({
  name: 'watched-step',
  requires: ['value'],
  provides: ['next'],
  execute: async ({ value }: { value: Payload }, { services }: { services: { watch: Watch } }) => {
    services.watch.called(value.n + 1);
    return { next: await advance(value) };
  },
});

export function watchedChain(name: string, length: number) {
  let flow = linear.dynamic<{ watch: Watch }>(name).input(['v0']);
  for (let n = 1; n <= length; n++) {
    flow = flow.add(watchedStep, { name: `s${n}`, rebind: { value: `v${n - 1}` }, provides: { next: `v${n}` } });
  }
  return flow.returns(`v${length}`).build();
}

const timedStep = defineTask({
  name: 'timed-step',
  requires: ['value'],
  provides: ['next'],
  execute: async ({ value }: { value: Payload }, { services, runId }: TaskContext<{ latency: StepLatency }>) => {
    services.latency.begin(runId);
    const next = await advance(value);
    services.latency.end(runId);
    return { next };
  },
});

/** As {@link chain}, with the time from each step to the next one taken. */
export function timedChain(name: string, length: number) {
  let flow = linear.dynamic<{ latency: StepLatency }>(name).input(['v0']);
  for (let n = 1; n <= length; n++) {
    flow = flow.add(timedStep, { name: `s${n}`, rebind: { value: `v${n - 1}` }, provides: { next: `v${n}` } });
  }
  return flow.returns(`v${length}`).build();
}

const booking = defineTask({
  name: 'booking',
  requires: ['value'],
  provides: ['next'],
  execute: async ({ value }: { value: Payload }) => ({ next: await advance(value) }),
  // What is undone is of no matter here: that it is, is what is measured.
  revert: async () => {
    // Nothing to be done.
  },
});

const failing = defineTask({
  name: 'failing',
  requires: ['value'],
  execute: async (_inputs: { value: Payload }): Promise<void> => {
    throw new OutOfStock('nothing left');
  },
});

/** `done` steps that can be undone, and one that fails. */
export function saga(name: string, done: number) {
  let flow = linear.dynamic(name).input(['v0']);
  for (let n = 1; n <= done; n++) {
    flow = flow.add(booking, { name: `s${n}`, rebind: { value: `v${n - 1}` }, provides: { next: `v${n}` } });
  }
  return flow
    .add(failing, { name: 'last', rebind: { value: `v${done}` } })
    .returns()
    .build();
}
