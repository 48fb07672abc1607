import { defineTask } from 'flowproof';

/**
 * What can happen to the place that calls a task: it ends itself, or a listener of its own keeps it from that by throwing, an error that nobody catches, a promise that is rejected and that
 * nobody awaits, more memory than there is, little by little or in one piece, and native code that crashes.
 */
export type Death = 'exit' | 'refusedExit' | 'timer' | 'rejection' | 'memory' | 'growth' | 'crash';

const DEATHS: { readonly [How in Death]: () => void } = {
  exit: () => process.exit(3),
  refusedExit: () => {
    process.once('exit', () => {
      throw new Error('a listener throws');
    });
    process.exit(3);
  },
  timer: () => {
    setTimeout(() => {
      throw new Error('thrown in a timer');
    }, 0);
  },
  rejection: () => {
    void Promise.reject(new Error('nobody awaits this'));
  },
  memory: () => {
    for (const kept: unknown[] = []; ; ) kept.push(new Array(100_000).fill(kept.length));
  },
  growth: () => {
    for (const kept = new Map<number, object>(); ; ) kept.set(kept.size, {});
  },
  crash: () => {
    process.kill(process.pid, 'SIGSEGV');
  },
};

/** Whatever is the death of its place, the call does not end before it. */
function die(how: Death): Promise<never> {
  DEATHS[how]();
  return new Promise(() => setTimeout(() => undefined, 3_600_000));
}

/** Its first calls end their place, as many as it is told, forward or while it is undone. */
function dying<const Name extends string>(name: Name, options: { readonly maxLosses?: number; readonly onInterrupted?: 'revert' }) {
  return defineTask({
    name,
    requires: ['how', 'deaths', 'deathsInRevert'],
    provides: ['calls'],
    ...options,
    execute: async ({ how, deaths }: { how: Death; deaths: number; deathsInRevert: number }, { attempt }) => {
      if (attempt <= deaths) await die(how);
      return { calls: attempt };
    },
    revert: async ({ how, deathsInRevert }, outcome, ctx) => {
      if (ctx.attempt <= deathsInRevert) await die(how);
      ctx.emit('undone', { kind: outcome.kind, calls: ctx.attempt, lost: outcome.interruptions ?? 0 });
    },
  });
}

export const mortal = dying('mortal', {});

/** Is given up soon. */
export const frail = dying('frail', { maxLosses: 2 });

/** Is not called twice. */
export const once = dying('once', { onInterrupted: 'revert' });

/** Never gives its thread back in its first call, forward or while it is undone, once it has said that it begins. */
export const endless = defineTask({
  name: 'endless',
  requires: ['inRevert'],
  provides: ['calls'],
  execute: async ({ inRevert }: { inRevert: boolean }, ctx) => {
    if (!inRevert && ctx.attempt === 1) {
      ctx.emit('spinning');
      // What it says has to leave first.
      await ctx.save({});
      for (;;);
    }
    return { calls: ctx.attempt };
  },
  revert: async ({ inRevert }, _outcome, ctx) => {
    if (inRevert && ctx.attempt === 1) {
      ctx.emit('spinning');
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (;;);
    }
    ctx.emit('undone', ctx.attempt);
  },
});

let isTardy: { readonly next: () => void; readonly ended: Promise<void> } | undefined;

/** Its first call does not end when it is told to, but when the second one has begun: too late. */
export const tardy = defineTask({
  name: 'tardy',
  provides: ['turn'],
  execute: async (_: object, { turn }) => {
    if (turn === 1) {
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      await new Promise<void>((next) => {
        isTardy = { next, ended };
      });
      setImmediate(end);
    } else {
      // Where the first call was ended by force, there is nobody to wait for.
      isTardy?.next();
      await isTardy?.ended;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { turn };
  },
});
