import { defineTask, linear, type TaskContext, type TaskSet, taskSet } from 'flowproof';

/** A call that is under way, or was: a line of the ledger. */
export interface Held {
  readonly by: string;
  readonly phase: 'execute' | 'revert';
  readonly attempt: number;
  readonly ctx: Pick<TaskContext, 'save' | 'progress' | 'heartbeat'>;
  readonly signal: AbortSignal;
  end(): void;
  fail(error: Error): void;
}

/** Tasks whose calls end when the test says so; each worker has a set of its own, so that it is known who made a call. */
export function ledgerSet(by: string, calls: Held[], version = 1): TaskSet<object> {
  return taskSet({ tasks: [heldTask('long', by, calls, { version }), heldTask('once', by, calls, ONCE), failing] });
}

const ONCE = { onInterrupted: 'revert' } as const;

function heldTask<Name extends string>(
  name: Name,
  by: string,
  calls: Held[],
  options: { version?: number; onInterrupted?: 'revert' } = {},
) {
  const held = (phase: Held['phase'], ctx: TaskContext): Promise<void> =>
    new Promise((resolve, reject) => {
      calls.push({ by, phase, attempt: ctx.attempt, ctx, signal: ctx.signal, end: resolve, fail: reject });
      ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason));
    });
  return defineTask({
    name,
    ...options,
    provides: ['madeBy'],
    execute: async (_: object, ctx: TaskContext) => {
      await held('execute', ctx);
      return { madeBy: by };
    },
    revert: (_: object, _outcome, ctx: TaskContext) => held('revert', ctx),
  });
}

const failing = defineTask({
  name: 'failing',
  requires: ['madeBy', 'isWell'],
  execute: ({ isWell }: { madeBy: string; isWell: boolean }) => {
    if (!isWell) throw new Error('not well');
  },
});

const long = heldTask('long', 'here', []);
export const story = linear('story').input<{ isWell: boolean }>().add(long).add(failing).build();
export const timed = linear('timed').add(long, { timeoutMs: 1_500 }).build();
/** Not called again where nobody knows what became of it. */
export const once = linear('onceOnly')
  .add(heldTask('once', 'here', [], ONCE))
  .build();
export const flows = { story, timed, once };
