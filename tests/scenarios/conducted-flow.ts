import { defineTask, linear, type TaskContext } from '../../src/index.js';

/** What a task did: which half, in which run, by which key. */
export interface Effect {
  readonly phase: 'do' | 'undo';
  readonly run: string;
  readonly name: string;
  readonly key: string;
}

interface Services {
  /** Notes an effect, and takes the time that the work takes. */
  readonly work: (effect: Effect) => Promise<void>;
}
type Context = TaskContext<Services>;

const step = <const Name extends string>(name: Name, fails: (n: number) => boolean = () => false) =>
  defineTask({
    name,
    requires: ['n'],
    async execute({ n }: { n: number }, { runId, idempotencyKey, services }: Context) {
      await services.work({ phase: 'do', run: runId, name, key: idempotencyKey });
      if (fails(n)) throw new Error(`${name} fails for ${n}`);
    },
    async revert(_inputs: { n: number }, _outcome: unknown, { runId, idempotencyKey, services }: Context) {
      await services.work({ phase: 'undo', run: runId, name, key: idempotencyKey });
    },
  });

/** Four steps; every third run fails in the last one, and goes back. */
export const stepping = linear('stepping')
  .input<{ n: number }>()
  .add(step('a'))
  .add(step('b'))
  .add(step('c'))
  .add(step('d', (n) => n % 3 === 0))
  .build();

/** The pieces of work of each run, in their order: what was done twice with one key counts once. */
export function worksByRun(effects: readonly Effect[]): ReadonlyMap<string, readonly string[]> {
  const seen = new Set<string>();
  const works = new Map<string, string[]>();
  for (const { phase, run, name, key } of effects) {
    const work = `${phase} ${name} ${key}`;
    if (seen.has(work)) continue;
    seen.add(work);
    works.set(run, [...(works.get(run) ?? []), `${phase} ${name}`]);
  }
  return works;
}
