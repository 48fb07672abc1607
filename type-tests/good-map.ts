// Tasks made of one function and several values.
import type { Equal, Expect } from './equal.js';
import { linear, mapTask, type Provides, type Requires, reduceTask } from './support.js';

const double = mapTask({ name: 'double', over: ['a', 'b'], provides: ['x', 'y'], map: (value: number) => value * 2 });
const texts = mapTask({ name: 'texts', over: ['x', 'y'], provides: 'all', map: async (value: number) => `${value}` });
const add = reduceTask({ name: 'add', over: ['a', 'x', 'y'], provides: 'sum', reduce: (total: number, value: number) => total + value });

export const flow = linear('f').input<{ a: number; b: number }>().add(double).add(texts).add(add).build();
export type A = Expect<Equal<Provides<typeof flow>, { x: number; y: number; all: string[]; sum: number }>>;

export const open = linear
  .open('g')
  .add(double, { rebind: { a: 'left' }, inject: { b: 3 }, provides: { x: 'first' } })
  .build();
export type B = Expect<Equal<Requires<typeof open>, { left: number }>>;
export type C = Expect<Equal<Provides<typeof open>, { first: number; y: number }>>;
