// Tasks and flows of which types don't know everything: any task, any flow, and those whose names only the program knows.
import { z } from 'zod';
import type { Equal, Expect } from './equal.js';
import {
  type AnyFlow,
  type AnyTask,
  defineRetry,
  defineTask,
  type Flow,
  graph,
  linear,
  type Provides,
  type Requires,
  type RetryPolicy,
  type ServicesOf,
  Task,
  type TaskContext,
  unordered,
} from './support.js';

/** Where any task is wanted, a task is what it is: it takes what it says that it takes. */
export const any: AnyTask = defineTask({ name: 'any', execute: () => {} });
export const tasks: readonly AnyTask[] = [
  defineTask({ name: 'a', requires: ['x'], provides: ['y'], execute: ({ x }: { x: number }) => ({ y: x }) }),
  defineTask({ name: 'b', requires: { n: z.number() }, provides: ['m'], execute: ({ n }, { attempt }) => ({ m: n + attempt }) }),
  defineTask({
    name: 'c',
    requires: ['q'],
    execute: ({ q }) => void q,
    revert: ({ q }, outcome) => void [q, outcome.kind === 'failure' && outcome.failure.message],
  }),
];
export const byName = new Map<string, AnyTask>([['any', defineTask({ name: 'any', execute: async () => {} })]]);
export const make = (): AnyTask => defineTask({ name: 'd', revertRequires: ['z'], execute: () => {}, revert: (_: { z: number }) => {} });
const satisfied = defineTask({
  name: 'satisfied',
  provides: ['t'],
  execute: (_, ctx: TaskContext<{ db: string }>) => ({ t: ctx.services.db }),
  preExecute: () => {},
}) satisfies AnyTask;
const retry = defineRetry({
  name: 'retry',
  requires: ['n'],
  provides: ['v'],
  execute: () => ({ v: 1 }),
  onFailure: (_history, inputs) => (inputs.n ? 'RETRY' : 'REVERT'),
}) satisfies RetryPolicy<never, unknown, never>;
const sees = defineTask({ name: 'sees', requires: ['t', 'v'], execute: (_: { t: string; v: number }) => {} });
export const satisfying = linear('satisfying').input<{ n: number }>().retry(retry).add(satisfied).add(sees).build();

/** Names that only the program knows are not seen, and not taken: what has names goes on as if they were not there. */
interface User {
  readonly name: string;
}
const given = (outputs: Readonly<Record<string, number>>) =>
  defineTask({ name: 'given', provides: Object.keys(outputs), execute: async () => outputs });
const erased = linear
  .dynamic('erased')
  .add(given({ a: 1 }))
  .build();
const give = defineTask({ name: 'give', provides: ['zone'], execute: () => ({ zone: 1 }) });
const want = defineTask({ name: 'want', requires: ['zone'], execute: (_: { zone: number }) => {} });
export const afterErased = linear('after-erased').input<{ user: User }>().add(erased).add(give).add(want).build();
export const afterGiven = linear('after-given')
  .add(given({ b: 1 }))
  .add(give)
  .add(want)
  .build();
export const besideErased = graph('beside-erased').input<{ user: User }>().add({ want, erased, give }).build();
/** A class that is made for names, too. */
const reading = (names: readonly string[]) => {
  @Task({ name: 'reading', requires: names, provides: names.map((name) => `${name}-read`) })
  class Reading {
    execute(inputs: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
      return Object.fromEntries(names.map((name) => [`${name}-read`, inputs[name] ?? 0]));
    }
  }
  return Reading;
};
export const afterClass = graph('after-class')
  .add({ want, give, read: reading(['zone']) })
  .build();
export const batches = graph('batches').add({ erased }).add({ want, give }).build();
export const sideBySide = unordered('side-by-side').input<{ zone: number }>().add(erased).add(want).build();
const taking = linear
  .dynamic('taking')
  .input(['x', 'y'])
  .add(given({ a: 1 }))
  .build();
export const placed = linear('placed')
  .input<{ zone: number }>()
  .add(taking, { name: 'again', rebind: { x: 'zone' }, inject: { y: 1 }, provides: { a: 'b' } })
  .when('w', ['zone'], ({ zone }) => zone > 1, erased)
  .build();

/** Who knows the names says them. */
const told = erased as AnyFlow as Flow<'erased', { zone: number }, { a: number }, {}>;
const reads = defineTask({ name: 'reads', requires: ['a'], execute: (_: { a: number }) => {} });
export const toldNames = linear('told-names').input<{ zone: number }>().add(told).add(reads).build();

export type E = [
  Expect<Equal<Requires<typeof satisfying>, { n: number }>>,
  Expect<Equal<ServicesOf<typeof satisfying>, { db: string }>>,
  Expect<Equal<Provides<typeof afterErased>, { zone: number }>>,
  Expect<Equal<Provides<typeof afterGiven>, { zone: number }>>,
  Expect<Equal<Provides<typeof toldNames>, { a: number }>>,
];
