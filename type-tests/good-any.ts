// Where `any` stands, everything goes, as elsewhere in TypeScript.
import type { Equal, Expect } from './equal.js';
import {
  defineTask,
  forEachOf,
  graph,
  linear,
  type Provides,
  type Requires,
  type ServicesOf,
  Task,
  type TaskContext,
  unordered,
} from './support.js';

const parse = defineTask({
  name: 'parse',
  requires: ['text'],
  provides: ['data'],
  execute: ({ text }: { text: string }) => ({ data: JSON.parse(text) }),
});
const want = defineTask({
  name: 'want',
  requires: ['data'],
  provides: ['id'],
  execute: ({ data }: { data: { id: number } }) => ({ id: data.id }),
});
export const anyOutput = linear('any-output').input<{ text: string }>().add(parse).add(want).build();
export const anyInGraph = graph('any-in-graph').input<{ text: string }>().add({ want, parse }).build();

@Task({ name: 'load', requires: ['text'], provides: ['data'] })
class Load {
  async execute({ text }: { text: string }, ctx: TaskContext<{ http: { get(url: string): Promise<ReturnType<typeof JSON.parse>> } }>) {
    const data = await ctx.services.http.get(text);
    return { data };
  }
}
export const anyOfService = linear('any-of-service').input<{ text: string }>().add(Load).add(want).build();

type Any = ReturnType<typeof JSON.parse>;
export const anyInput = linear('any-input').input<Any>().add(parse).add(want).build();
export const anyList = linear('any-list').input<{ texts: Any }>().retry(forEachOf('texts', 'text')).add(parse).build();
export const anyValue = unordered('any-value').input<{ text: Any; data: Any }>().add(want).build();

/** `any` as the type of all inputs is `any` for each that is listed. */
const loose = defineTask({
  name: 'loose',
  requires: ['a', 'b?'],
  provides: ['sum'],
  execute: (inputs: Any) => ({ sum: inputs.a + (inputs.b ?? 0) }),
});
export const looseInputs = linear('loose-inputs').input<{ a: number }>().add(loose).build();
export const openLoose = linear.open('open-loose').add(loose).build();

@Task({ name: 'serviced' })
class Serviced {
  execute(_: {}, ctx: TaskContext<Any>) {
    ctx.services.whatever;
  }
}
export const anyServices = linear('any-services').add(Serviced).build();

export type A = [
  Expect<Equal<Provides<typeof anyOutput>, { data: Any; id: number }>>,
  Expect<Equal<Requires<typeof looseInputs>, { a: number }>>,
  Expect<Equal<ServicesOf<typeof anyOutput>, {}>>,
];
