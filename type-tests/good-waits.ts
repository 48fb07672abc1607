/** Nodes that wait, and the signals of a flow. */

import { z } from 'zod';
import type { Equal, Expect } from './equal.js';
import { type App, defineTask, type Flow, type FlowFactory, factory, flowproof, graph, linear, memory, type RunHandle, run, type SignalsOf, sleep, sleepUntil, type TaskContext, unordered, use, waitFor } from './support.js'; // biome-ignore format: one line

interface Db {
  read(): string;
}
const pay = defineTask({ name: 'pay', requires: ['approval'], execute: async (_: { approval: { by: string } }) => undefined });
const store = defineTask({ name: 'store', execute: async (_: {}, ctx: TaskContext<{ db: Db }>) => void ctx.services.db.read() });

const refund = linear('refund')
  .input<{ order: string; ms: number; at: Date }>()
  .add(sleep(1_000))
  .add(sleep('ms'), { name: 'more' })
  .add(sleepUntil('at'))
  .add(waitFor('approval', z.object({ by: z.string() }), { timeoutMs: 1_000, fallback: { by: 'policy' } }))
  .add(pay)
  .add(waitFor('shipped'))
  .add(store)
  .build();
export type Signals = Expect<Equal<SignalsOf<typeof refund>['approval'], { by: string }>>;
export type Nothing = Expect<Equal<SignalsOf<typeof refund>['shipped'], undefined>>;
export type Names = Expect<Equal<keyof SignalsOf<typeof refund>, 'approval' | 'shipped'>>;
export type None = Expect<Equal<keyof SignalsOf<Flow<'f', {}, {}, { db: Db }>>, never>>;

/** What is sent is what the schema takes, what is given is what it makes of it. */
const length = waitFor(
  'text',
  z.string().transform((text) => text.length),
);
const measured = linear('measured').add(length).build();
export type Raw = Expect<Equal<SignalsOf<typeof measured>['text'], string>>;

/** Services are the flow's as before: signals are none of them. */
export const done = run(refund, { inputs: { order: 'o', ms: 1, at: new Date() }, services: { db: { read: () => '' } } });
export const plain: Flow<'measured', {}, { text: number }, {}> = measured;
export const wider: Flow<'measured', {}, { text: number }, { db: Db }> = measured;
export const helper = <R, P>(flow: Flow<string, R, P, { db: Db }>): string => flow.name;
helper(measured);

/** In every kind of flow, under every name. */
const inner = linear('inner').add(waitFor('go')).build();
const all = linear('all')
  .input<{ ask: boolean }>()
  .add(inner)
  .add(unordered('both').add(waitFor('x', z.number())).add(waitFor('y', z.number())).build())
  .when('asked', ['ask'], ({ ask }) => ask, waitFor('answer', z.string()))
  .add(
    graph('joined')
      .add({ one: use(waitFor('z', z.number()), { provides: { z: 'zed' } }) })
      .build(),
    { optional: true },
  )
  .build();
export type All = Expect<Equal<keyof SignalsOf<typeof all>, 'go' | 'x' | 'y' | 'answer' | 'z'>>;

const made = factory('made', ({ names }: { names: readonly string[] }) => {
  let flow = linear.dynamic('made');
  for (const name of names) flow = flow.add(waitFor(name, z.string()));
  return flow.build();
});

export async function sends(): Promise<void> {
  const app = flowproof({ persistence: memory(), flows: [refund, measured, all, made], services: { db: { read: () => '' } } });
  await app.signal(refund, 'r', 'approval', { by: 'ada' });
  await app.signal(refund, 'r', 'approval', { by: 'ada' }, { messageId: 'm-1' });
  await app.signal(refund, 'r', 'shipped');
  await app.signal(refund, 'r', 'shipped', undefined, { messageId: 'm-2' });
  await app.signal(measured, 'm', 'text', 'four');
  await app.signal(all, 'a', 'z', 1);
  await app.signal(made, 'd', 'anything', { at: 'all' });
  const handle = app.handle(refund, 'r');
  await handle.signal('approval', { by: 'ada' });
  await handle.signal('shipped');
  // Of which flow the run is nobody knows here.
  await app.handle('r').signal('text', 'four');
}
declare const app: App<readonly [typeof refund, typeof measured]>;
export const some: RunHandle<typeof measured> = app.handle(measured, 'm');
declare const anything: FlowFactory<{ n: number }, Flow<'x', {}, {}, {}>>;
export const listed = flowproof({ persistence: memory(), flows: [anything] });
