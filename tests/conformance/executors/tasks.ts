import { defineTask, PermanentError, taskSet, times } from 'flowproof';
import { endless, frail, mortal, once, tardy } from './dying.js';

export { endless, frail, mortal, once, tardy } from './dying.js';

/*
 * Tasks that do what the cases are about. They may be called in another process: what they do is seen in their values, their events
 * and their failures, and what they are to do is an input.
 */

export const echo = defineTask({
  name: 'echo',
  requires: ['value'],
  provides: ['echoed'],
  execute: async ({ value }: { value: unknown }) => ({ echoed: value as string }),
});

export const context = defineTask({
  name: 'context',
  provides: ['seen'],
  execute: async (_: object, { runId, path, attempt, idempotencyKey, revertKey, fence, saved, signal }) => ({
    seen: { runId, path, attempt, idempotencyKey, revertKey, fence, saved: saved as string, isAborted: signal.aborted },
  }),
});

/** Fails as it is told: `permanent`, with a cause and data, a text, nothing, or a promise that is rejected. */
export const fails = defineTask({
  name: 'fails',
  requires: ['how'],
  execute: async ({ how }: { how: string }) => {
    if (how === 'text') throw 'a text';
    if (how === 'nothing') throw undefined;
    const cause = Object.assign(new TypeError('the disk is full'), { code: 'ENOSPC' });
    throw Object.assign(new PermanentError('no page'), { code: 'NO_PAGE', data: { page: 3 }, cause });
  },
});

/** Gives what it should not: more than it provides, less, no object, or what can't be stored. */
export const wrong = defineTask({
  name: 'wrong',
  requires: ['how'],
  provides: ['value'],
  execute: async ({ how }: { how: string }) => {
    const results: Readonly<Record<string, unknown>> = { more: { value: 1, other: 2 }, less: {}, list: [1], live: { value: () => 1 } };
    return results[how] as { value: number };
  },
});

/** Does something, says how it was undone, and what it was told of its execute. */
export const undoable = defineTask({
  name: 'undoable',
  requires: ['how'],
  provides: ['done'],
  execute: async ({ how }: { how: string }, ctx) => {
    if (how === 'saves') await ctx.save({ part: new Map([['a', 1n]]) });
    if (how === 'saves and fails') {
      await ctx.save('half');
      throw new Error('planned');
    }
    return { done: new Date(0) };
  },
  revert: async ({ how }: { how: string }, outcome, ctx) => {
    ctx.emit('undone', {
      kind: outcome.kind,
      result: outcome.kind === 'result' ? outcome.result : 'none',
      saved: (outcome.saved ?? 'nothing') as string,
      failures: outcome.flowFailures.map(({ path, failure }) => `${path}: ${failure.message}`),
      how,
    });
    if (how === 'fails back') throw Object.assign(new Error('can not be undone'), { code: 'STUCK' });
    return { undone: how };
  },
});

export const stumbles = defineTask({
  name: 'stumbles',
  execute: async () => {
    throw new Error('planned');
  },
});

export const says = defineTask({
  name: 'says',
  execute: async (_: object, ctx) => {
    ctx.progress(0.25, { page: 1 });
    ctx.emit('printed', { at: new Date(0), big: 12345678901234567890n });
    ctx.progress(0.5);
    ctx.emit('bare');
  },
});

/** Saves, and then does not end before it is told to: what it has saved is durable while it waits. */
export const saves = defineTask({
  name: 'saves',
  requires: ['how'],
  provides: ['before'],
  execute: async ({ how }: { how: string }, ctx) => {
    const before = (ctx.saved ?? 'nothing') as string;
    if (how === 'live') {
      const refused = await ctx.save((() => 1) as unknown as string).then(
        () => 'saved',
        (error: Error) => error.name,
      );
      return { before: refused };
    }
    await ctx.save(`saved by call ${ctx.attempt}`);
    ctx.emit('saved');
    if (how === 'waits' && before === 'nothing') await untilAborted(ctx.signal);
    return { before };
  },
});

/** Ends when it is told to, and says so. */
export const obedient = defineTask({
  name: 'obedient',
  provides: ['calls'],
  execute: async (_: object, ctx) => {
    ctx.emit('begun', ctx.attempt);
    if (ctx.attempt === 1) await untilAborted(ctx.signal);
    return { calls: ctx.attempt };
  },
  revert: async (_: object, outcome, ctx) => ctx.emit('undone', outcome.kind),
});

/** Is undone only when it is told to end, or called again. */
export const obedientBack = defineTask({
  name: 'obedientBack',
  execute: async () => undefined,
  revert: async (_: object, _outcome, ctx) => {
    ctx.emit('undoing', ctx.attempt);
    if (ctx.attempt === 1) await untilAborted(ctx.signal);
    ctx.emit('undone', ctx.attempt);
  },
});

/** Tells a secret in every way that there is. */
export const leaks = defineTask({
  name: 'leaks',
  requires: ['word'],
  secret: ['word'],
  execute: async ({ word }: { word: string }, ctx) => {
    ctx.progress(0.5, { word });
    ctx.emit('heard', { word });
    throw Object.assign(new Error(`the password is ${word}`), { data: { word }, cause: new Error(word) });
  },
  revert: async ({ word }: { word: string }, _outcome, ctx) => {
    ctx.emit('unheard', word);
    throw new Error(`the password was ${word}`);
  },
});

/** Does not end when it is told to. */
export const deaf = defineTask({
  name: 'deaf',
  execute: async (_: object, ctx) => {
    ctx.emit('begun');
    await new Promise((resolve) => setTimeout(resolve, 3_600_000).unref());
  },
});

/** Keeps its thread busy in its first attempt. */
export const spins = defineTask({
  name: 'spins',
  requires: ['forMs'],
  provides: ['turn'],
  execute: async ({ forMs }: { forMs: number }, { turn }) => {
    if (turn === 1) spin(forMs);
    return { turn };
  },
});

/** The same while it is undone. */
export const spinsBack = defineTask({
  name: 'spinsBack',
  requires: ['forMs'],
  revertRetry: times(2),
  execute: async (_: { forMs: number }) => undefined,
  revert: async ({ forMs }, _outcome, ctx) => {
    if (ctx.attempt === 1) spin(forMs);
    ctx.emit('undone', ctx.attempt);
  },
});

function spin(forMs: number): void {
  for (const untilMs = Date.now() + forMs; Date.now() < untilMs; );
}

/** Says for so long that it gets on, and nothing more until it is told to end. */
export const beats = defineTask({
  name: 'beats',
  requires: ['forMs'],
  execute: async ({ forMs }: { forMs: number }, ctx) => {
    for (const untilMs = Date.now() + forMs; Date.now() < untilMs; await new Promise((resolve) => setTimeout(resolve, 10))) ctx.heartbeat();
    ctx.emit('silent');
    await untilAborted(ctx.signal);
  },
});

export const told = defineTask({
  name: 'told',
  provides: ['deadlineAtMs'],
  execute: async (_: object, { deadlineAtMs = 0 }) => ({ deadlineAtMs }),
});

export const hooked = defineTask({
  name: 'hooked',
  requires: ['how'],
  provides: ['value'],
  preExecute: (ctx) => ctx.emit('preExecute'),
  execute: async ({ how }: { how: string }, ctx) => {
    ctx.emit('execute');
    if (how === 'fails') throw new Error('planned');
    return { value: 1 };
  },
  postExecute: (ctx) => ctx.emit('postExecute'),
  preRevert: (ctx) => ctx.emit('preRevert'),
  revert: async (_: { how: string }, outcome, ctx) => ctx.emit('revert', outcome.kind),
  postRevert: (ctx) => ctx.emit('postRevert'),
});

/** Fails after it has done what it had to: nobody knows then what that was. */
export const stumblesAfter = defineTask({
  name: 'stumblesAfter',
  execute: async () => undefined,
  postExecute: () => {
    throw new Error('after');
  },
  revert: async (_: object, outcome, ctx) => ctx.emit('undone', outcome.kind),
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

export default taskSet({
  tasks: [
    echo,
    context,
    fails,
    wrong,
    undoable,
    stumbles,
    says,
    saves,
    obedient,
    obedientBack,
    leaks,
    deaf,
    spins,
    spinsBack,
    beats,
    told,
    mortal,
    frail,
    once,
    endless,
    tardy,
    hooked,
    stumblesAfter,
  ],
});
