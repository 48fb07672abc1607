import { z } from 'zod';
import type { Equal, Expect } from './equal.js';
import {
  defineRetry,
  defineTask,
  graph,
  type Kept,
  linear,
  mapTask,
  type Provides,
  type Requires,
  reduceTask,
  Task,
  times,
} from './support.js';

/** What is secret has the type that it has: nobody who takes it has to say something else. */
@Task({
  name: 'log-in',
  requires: ['user', 'password', 'pin?'],
  provides: ['token'],
  keeps: ['refresh'],
  secret: ['password', 'pin', 'token', 'refresh'],
})
export class LogIn {
  execute({ password }: { user: string; password: string; pin?: string }): { token: string; refresh: Kept<number> } {
    return { token: password, refresh: 1 };
  }
}
const call = defineTask({ name: 'call', requires: ['token'], provides: ['size'], execute: ({ token }: { token: string }) => ({ size: token.length }) }); // biome-ignore format: one line
const parsed = defineTask({ name: 'parsed', requires: { key: z.string() }, secret: ['key'], execute: ({ key }) => void key.length });
const own = defineRetry({ name: 'own', provides: ['key'], secret: ['key'], execute: () => ({ key: 'k' }), onFailure: () => 'REVERT' });
const upper = mapTask({ name: 'upper', over: ['token'], provides: ['loud'], secret: ['loud', 'token'], map: (token: string) => token });
const both = reduceTask({
  name: 'both',
  over: ['token', 'loud'],
  provides: 'all',
  secret: ['all'],
  reduce: (a: string, b: string) => a + b,
});

export const session = linear('session').input<{ user: string; password: string }>().secret('password').retry(times(2)).add(LogIn).add(call).build(); // biome-ignore format: one line
export type A = Expect<Equal<Requires<typeof session>, { user: string; password: string }>>;
export type B = Expect<Equal<Provides<typeof session>, { token: string; size: number }>>;

export const keyed = graph('keyed')
  .retry(own)
  .input(z.object({ token: z.string() }))
  .secret('token')
  .add({ parsed, upper, both })
  .build();
export type C = Expect<Equal<Requires<typeof keyed>, { token: string }>>;
export type D = Expect<Equal<Provides<typeof keyed>, { loud: string; all: string; key: string }>>;

export const nothing = linear('nothing').input<{ user: string }>().secret().build();
export type E = Expect<Equal<Requires<typeof nothing>, { user: string }>>;
export type F = Expect<Equal<Provides<typeof nothing>, {}>>;
