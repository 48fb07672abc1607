// Helpers and factories: what nobody can know before they are used is checked by `compile()`.
import type { Equal, Expect } from './equal.js';
import {
  type AnyFlow,
  type AnyTask,
  defineRetry,
  defineTask,
  type Flow,
  graph,
  linear,
  type Requires,
  type Storable,
  Task,
  type TaskContext,
  times,
  unordered,
  use,
} from './support.js';
import type { Image } from './tasks.js';

const audit = defineTask({ name: 'audit', execute: () => {} });
const seen = defineTask({ name: 'seen', requires: ['x'], execute: (_: { x: number }) => {} });

function withAudit<N extends string, Req extends object, Prov, S>(flow: Flow<N, Req, Prov, S>) {
  return linear.open('audited').add(flow).add(audit).build();
}
function robust<F extends AnyFlow>(flow: F) {
  return linear.open('robust').retry(times(3)).add(flow).build();
}
function inGraph<F extends AnyFlow>(flow: F) {
  return graph.open('in-graph').retry(times(3)).add({ flow, audit }).build();
}
function unorderedWith<F extends AnyFlow>(flow: F) {
  return unordered.open('side-by-side').add(flow).add(audit).build();
}
function closed<F extends AnyFlow>(flow: F) {
  return linear('closed').input<{ x: number }>().add(flow).add(seen).build();
}
function named<T extends AnyTask>(task: T) {
  return linear.open('named').add(task, { name: 'part' }).add(audit).build();
}
function used<T extends AnyTask>(task: T) {
  return graph
    .open('used')
    .add({ one: use(task, {}), audit })
    .build();
}
function saving<T extends { id: string }>(save: (item: T) => Promise<void>) {
  @Task({ name: 'save', requires: ['item'], provides: ['saved'] })
  class Save {
    async execute({ item }: { item: T }) {
      await save(item);
      return { saved: item };
    }
    async revert({ item }: { item: T }) {
      await save(item);
    }
  }
  return linear.open('saving').add(Save).build();
}
function counting<const N extends string, const I extends string>(name: N, input: I) {
  return linear
    .open(name)
    .add(defineTask({ name: 'count', requires: [input], execute: (_: { [Key in I]: number }) => {} }))
    .build();
}
function step<const N extends string, const I extends string, const O extends string>(name: N, input: I, output: O) {
  return defineTask({
    name,
    requires: [input],
    provides: [output],
    execute: (inputs: { [Key in I]: number }) => ({ [output]: (inputs as Record<string, number>)[input] }) as { [Key in O]: number },
  });
}

const inner = linear.open('inner').add(seen).build();
export const audited = withAudit(inner);
export const retried = robust(inner);
export const graphed = inGraph(inner);
export const sided = unorderedWith(inner);
export const inClosed = closed(inner);
export const renamed = named(seen);
export const wrapped = used(seen);
export const saved = saving(async (_: { id: string }) => {});
export const counted = counting('counted', 'total');
export const made = graph('made')
  .input<{ v0: number }>()
  .add({ n3: step('n3', 'v2', 'v3'), n1: step('n1', 'v0', 'v1'), n2: step('n2', 'v1', 'v2') })
  .add({ n5: step('n5', 'v4', 'v5'), n4: step('n4', 'v3', 'v4') })
  .link('n1', 'n3')
  .link('n1', 'n5', { decider: ({ n1 }) => n1.v1 > 2 })
  .build();

export const entity = <T extends { id: string }>(get: () => Promise<T>) =>
  defineTask({ name: 'a', provides: ['item'], execute: async () => ({ item: await get() }) });
export const storable = <T extends Storable>(get: () => Promise<T>) =>
  defineTask({ name: 'b', provides: ['item'], execute: async () => ({ item: await get() }) });
export const whatever = <T>(get: () => Promise<T>) =>
  defineTask({ name: 'd', provides: ['item'], execute: async (): Promise<{ item: T }> => ({ item: await get() }) });
export const services = <S extends { log(text: string): void }>() =>
  linear
    .open('x')
    .add(defineTask({ name: 'f', execute: async (_: {}, ctx: TaskContext<S>) => ctx.services.log('x') }))
    .build();
export const same = <T extends Image>(name: string) =>
  defineTask({ name, requires: ['row'], provides: ['same'], execute: ({ row }: { row: T }) => ({ same: row }) });
export const giving = <T>(value: T) => defineRetry({ name: 'r', provides: ['v'], execute: () => ({ v: value }), onFailure: () => 'RETRY' });
export const keyed = <K extends string>(_key: K) => linear('x').input<{ [Name in K]: string }>().add(audit).build();
export const inputs = <I extends { a: number }>() =>
  linear('x')
    .input<I>()
    .add(defineTask({ name: 'n', requires: ['a'], execute: (_: { a: number }) => {} }))
    .build();

/** Erased ones go into flows made from data. */
function fromTasks(tasks: readonly AnyTask[]) {
  let flow = linear.dynamic('from-tasks');
  for (const task of tasks) flow = flow.add(task);
  return flow.build();
}
function fromFlows(flows: readonly AnyFlow[]) {
  let flow = linear.dynamic('from-flows');
  for (const part of flows) flow = flow.add(part);
  return flow.build();
}
function fromSame<T extends AnyTask>(tasks: readonly T[]) {
  let flow = linear.dynamic('from-same');
  for (const task of tasks) flow = flow.add(task);
  return flow.build();
}
@Task({ name: 'c' })
class C {
  execute() {}
}
export const tasks = fromTasks([audit, C]);
export const flows = fromFlows([linear('part').add(C).build()]);
export const sameTasks = fromSame([audit]);
export const nodes = ((parts: Readonly<Record<string, AnyTask>>) => graph.dynamic('nodes').add(parts).build())({ audit, C });

export type G = [
  Expect<Equal<Requires<typeof audited>, { x: number }>>,
  Expect<Equal<Requires<typeof retried>, { x: number }>>,
  Expect<Equal<Requires<typeof counted>, { total: number }>>,
  Expect<Equal<typeof counted.name, 'counted'>>,
];
