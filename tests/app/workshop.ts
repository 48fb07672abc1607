import { defineTask, linear, type TaskContext, times } from '../../src/index.js';

/** What the tasks of a workshop did, in order. */
export interface Bench {
  readonly log: string[];
  /** Tasks whose first pieces of work fail, with how many; the same work fails again however often it is called. */
  readonly failing: Readonly<Record<string, number>>;
}

export function bench(failing: Readonly<Record<string, number>> = {}): Bench {
  return { log: [], failing };
}

type Ctx = TaskContext<{ bench: Bench }>;

function work(name: string, { services: { bench }, idempotencyKey, attempt }: Ctx): void {
  bench.log.push(`${name} ${idempotencyKey} ${attempt}`);
  const mine = works(bench.log).filter((line) => line.startsWith(`${name} `));
  if (mine.indexOf(`${name} ${idempotencyKey}`) < (bench.failing[name] ?? 0)) throw new Error(`${name} failed`);
}

/** A task of one number: adds one to what it needs; writes down each call. */
export function step<const Name extends string>(name: Name) {
  return defineTask({
    name,
    requires: ['n'],
    provides: ['out'],
    keeps: ['undo'],
    async execute({ n }: { n: number }, ctx: Ctx) {
      work(name, ctx);
      return { out: n + 1, undo: `undo of ${name}` };
    },
    async revert({ n }: { n: number }, outcome, ctx: Ctx) {
      const undo = outcome.kind === 'result' ? outcome.result.undo : outcome.kind;
      ctx.services.bench.log.push(`revert ${name} ${ctx.idempotencyKey} ${n} ${undo}`);
    },
  });
}

/** Six tasks in a line, the last four of them retried together. */
export const sixSteps = linear('six-steps')
  .input<{ n: number }>()
  .add(step('a'), { provides: { out: 'a' } })
  .add(step('b'), { rebind: { n: 'a' }, provides: { out: 'b' } })
  .add(
    linear
      .open('inner')
      .retry(times(2))
      .add(step('c'), { rebind: { n: 'b' }, provides: { out: 'c' } })
      .add(step('d'), { rebind: { n: 'c' }, provides: { out: 'd' } })
      .add(step('e'), { rebind: { n: 'd' }, provides: { out: 'e' } })
      .build(),
  )
  .add(step('f'), { rebind: { n: 'e' }, provides: { out: 'f' } })
  .build();

/** What was done, without how often it was called. Of a failure after a lost call its revert is told `interrupted`. */
export function works(log: readonly string[]): string[] {
  return [...new Set(log.map((line) => line.replace(/ \d+$/, '').replace(/ interrupted$/, ' failure')))];
}
