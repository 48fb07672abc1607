import type { TaskDefinition } from '../authoring/index.js';
import type { Executor, ExecutorParts, Work } from '../calls/index.js';
import { jsonCodec } from '../model/codec/json-codec.js';
import { TaskSetMismatchError } from '../model/task-set-mismatch.js';
import { CallInPlace } from './call-in-place.js';
import { type Ready, Unusable } from './place.js';
import { Pool } from './pool.js';
import { type Line, PROTOCOL } from './protocol.js';
import { differencesOfTask, manifestOfTask } from './task-manifest.js';

/** How many places there are, and for how long. */
export interface PoolOptions {
  readonly size: number;
  readonly maxCalls: number;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
}

/** An executor whose calls are made in a pool of places. @param module as it is named in errors */
export function poolExecutor(kind: string, module: string, options: PoolOptions, start: () => Line, parts: ExecutorParts): Executor {
  const { clock, codec } = parts;
  const expected = new ExpectedTasks(module, codec !== jsonCodec);
  const pool = new Pool({ ...options, clock, start, check: (ready) => expected.check(ready) });
  return {
    kind,
    slots: { perRun: options.size, limit: options.size },
    start(work: Work) {
      const call = new CallInPlace(work, parts, (withdrawn) => pool.withdraw(withdrawn));
      pool.give(call);
      return call;
    },
    async open(tasks) {
      expected.tasks = tasks;
      try {
        await pool.open();
      } catch (error) {
        throw error instanceof Unusable ? TaskSetMismatchError.unusable(module, error.failure) : error;
      }
    },
    close: () => pool.close(),
  };
}

/** What the flows of an app expect of a module. */
class ExpectedTasks {
  tasks: readonly TaskDefinition[] = [];
  readonly #module: string;
  readonly #needsCodec: boolean;

  constructor(module: string, needsCodec: boolean) {
    this.#module = module;
    this.#needsCodec = needsCodec;
  }

  /** @throws TaskSetMismatchError */
  check({ protocol, hasCodec, tasks }: Ready): void {
    const wrong =
      protocol === PROTOCOL
        ? []
        : [`its flowproof speaks to places in version ${protocol}, and this one in version ${PROTOCOL}: install one`];
    if (this.#needsCodec && !hasCodec) wrong.push('the app has a codec of its own, and it has none: give it as taskSet({ codec })');
    const named: string[] = [];
    for (const task of this.tasks) {
      const differences = differencesOfTask(
        manifestOfTask(task),
        tasks.find(({ name }) => name === task.name),
      );
      wrong.push(...differences);
      if (differences.length > 0) named.push(task.name);
    }
    if (wrong.length > 0) throw new TaskSetMismatchError(this.#module, wrong, named);
  }
}
