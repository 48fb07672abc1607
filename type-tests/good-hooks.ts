// Hooks around the calls of a task, and a revert that is tried again.
import type { Equal, Expect } from './equal.js';
import { defineTask, linear, type ServicesOf, Task, type TaskContext, times } from './support.js';

interface Lock {
  take(path: string): Promise<void>;
  leave(path: string): void;
}

@Task({ name: 'locked', requires: ['id'], revertRetry: times(3, { backoff: { delayMs: 100, factor: 1, jitter: 0 } }) })
export class Locked {
  async preExecute(ctx: TaskContext<{ lock: Lock }>) {
    await ctx.services.lock.take(ctx.path);
  }
  execute(_: { id: string }, _ctx: TaskContext<{ count: number }>) {}
  postExecute({ services, path }: TaskContext<{ lock: Lock }>) {
    services.lock.leave(path);
  }
  revert() {}
  preRevert() {}
  postRevert(_ctx: TaskContext<{ log: string }>) {}
}

export const locked = defineTask({
  name: 'locked-too',
  requires: ['id'],
  preExecute: (ctx: TaskContext<{ lock: Lock }>) => ctx.services.lock.take(ctx.path),
  execute: (_: { id: string }) => {},
  postExecute: (ctx: TaskContext<{ log: string }>) => ctx.progress(ctx.services.log.length),
  preRevert: (ctx) => ctx.progress(ctx.attempt),
  revertRetry: times(2),
});

const flow = linear('f').input<{ id: string }>().add(Locked).build();
export type A = Expect<Equal<ServicesOf<typeof flow>, { lock: Lock; count: number; log: string }>>;
const twin = linear('t').input<{ id: string }>().add(locked).build();
export type B = Expect<Equal<ServicesOf<typeof twin>, { lock: Lock; log: string }>>;
