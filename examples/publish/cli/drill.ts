import type { TaskContext } from 'flowproof';
import type { TaskName } from '../flow.js';

/** Where to die: in the middle of the work, or when execute or revert is done but not recorded. */
export interface CrashPoint {
  readonly task: TaskName;
  readonly at: 'middle' | 'end' | 'revert';
}

export interface Drill {
  readonly crashAt?: CrashPoint;
  readonly failAt?: TaskName;
  /** Last words. */
  say(text: string): void;
}

interface Instance {
  execute(inputs: object, ctx: TaskContext): unknown;
  revert?(inputs: object, outcome: object, ctx: TaskContext): unknown;
}

/**
 * Makes the tasks of an app, one of them with an accident in it. The tasks themselves know nothing of this: an accident
 * in the middle happens when they tell that they are half way.
 */
export function drill({ crashAt, failAt, say }: Drill): (task: new () => object) => object {
  const crash = (path: string, at: CrashPoint['at'], where: string): void => {
    if (crashAt?.at !== at || path !== `publish/${crashAt.task}`) return;
    say(`killing this process ${where} '${crashAt.task}': run the same command without --crash-at, and it goes on from here`);
    process.kill(process.pid, 'SIGKILL');
  };
  const fail = (path: string): void => {
    if (path === `publish/${failAt}`) throw new Error(`--fail-at ${failAt} made it fail`);
  };
  return (Made) => {
    const task = new Made() as Instance;
    return {
      async execute(inputs: object, ctx: TaskContext): Promise<unknown> {
        const progress: TaskContext['progress'] = (fraction, details) => {
          ctx.progress(fraction, details);
          if (fraction < 0.5) return;
          crash(ctx.path, 'middle', 'in the middle of');
          fail(ctx.path);
        };
        const result = await task.execute(inputs, withProgress(ctx, progress));
        crash(ctx.path, 'end', 'at the end of');
        return result;
      },
      async revert(inputs: object, outcome: object, ctx: TaskContext): Promise<void> {
        await task.revert?.(inputs, outcome, ctx);
        crash(ctx.path, 'revert', 'after undoing');
      },
    };
  };
}

/** The same context with another `progress`. */
function withProgress(ctx: TaskContext, progress: TaskContext['progress']): TaskContext {
  return new Proxy(ctx, {
    get(target, key) {
      if (key === 'progress') return progress;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
