import { defineTask, linear } from 'flowproof';

/** What a step hands to the next one: some 25 bytes of JSON. */
export type Payload = { readonly n: number; readonly label: string };

export const FIRST: Payload = { n: 0, label: 'begin' };

/** The work of every step, whoever calls it: none, so that what is measured is the rest. */
export async function advance({ n }: Payload): Promise<Payload> {
  return { n: n + 1, label: 'step' };
}

/** What every saga fails with. */
export class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}

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

const booking = defineTask({
  name: 'booking',
  requires: ['value'],
  provides: ['next'],
  execute: async ({ value }: { value: Payload }) => ({ next: await advance(value) }),
  revert: async () => undefined,
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
