import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Clock,
  defineRetry,
  defineTask,
  flowproof,
  graph,
  linear,
  memory,
  type RetryAnswer,
  type TaskContext,
  times,
} from '../../src/index.js';
import { systemClock } from '../../src/model/clock.js';
import { anything } from './hostile-values.js';

const PLACES = [
  ...(['execute', 'preExecute', 'postExecute', 'revert', 'preRevert', 'postRevert', 'save', 'progress', 'emit'] as const),
  ...(['decider', 'schema', 'onFailure', 'retry.execute', 'retry.revert'] as const),
  ...(['listener', 'nowMs', 'monotonicMs', 'after', 'input'] as const),
];
type Place = (typeof PLACES)[number];

/** One place in the code of a user where something odd comes back or is thrown; all other code behaves. */
interface Oddity {
  readonly place: Place;
  readonly make: () => unknown;
  readonly throws: boolean;
  /** How often: then that code behaves, too, as a retry may try again as often as it likes. */
  readonly times: number;
}

type Code = <Args extends readonly unknown[], Fine>(at: Place, fine: (...args: Args) => Fine) => (...args: Args) => Fine;

function codeWith({ place, make, throws, times: most }: Oddity): Code {
  let done = 0;
  return (at, fine) =>
    (...args) => {
      if (at !== place || done++ >= most) return fine(...args);
      if (throws) throw make();
      return make() as ReturnType<typeof fine>;
    };
}

/** A task that is undone, one that takes its value through a schema, and one that fails; with a retry around them. */
function flowWith(odd: Oddity) {
  const code = codeWith(odd);
  const given = (at: Place): never => (odd.place === at ? odd.make() : 1) as never;
  const first = defineTask({
    name: 'first',
    requires: ['input'],
    provides: ['value'],
    execute: code('execute', async (_: { input: unknown }, ctx: TaskContext) => {
      if (odd.place === 'save') await ctx.save(given('save')).catch(() => undefined);
      if (odd.place === 'progress') ctx.progress(given('progress'), given('progress'));
      if (odd.place === 'emit') ctx.emit(given('emit'), given('emit'));
      return { value: 1 };
    }),
    revert: code('revert', async () => undefined),
    preExecute: code('preExecute', () => undefined),
    postExecute: code('postExecute', () => undefined),
    preRevert: code('preRevert', () => undefined),
    postRevert: code('postRevert', () => undefined),
    revertRetry: times(2),
  });
  const validate = code('schema', (value: unknown) => ({ value: value as number }));
  const schema = { '~standard': { version: 1, vendor: 'none', validate } } as const;
  const second = defineTask({ name: 'second', requires: { value: schema }, execute: () => undefined });
  const failing = defineTask({ name: 'failing', execute: () => Promise.reject(new Error('planned')) });
  const own = defineRetry({
    name: 'own',
    provides: ['tried'],
    execute: code('retry.execute', () => ({ tried: 1 })),
    onFailure: code('onFailure', (): RetryAnswer => 'REVERT'),
    revert: code('retry.revert', () => undefined),
  });
  const inner = graph
    .open('inner')
    .add({ first, second, failing })
    .link('second', 'failing', { decider: code('decider', () => true) })
    .build();
  return linear('hostile').input<{ input: unknown }>().retry(own).add(inner).build();
}

function clockWith(odd: Oddity): Clock {
  const code = codeWith(odd);
  return {
    nowMs: code('nowMs', () => systemClock.nowMs()),
    monotonicMs: code('monotonicMs', () => systemClock.monotonicMs()),
    after: code('after', (ms: number, wake: () => void) => systemClock.after(ms, wake)),
  };
}

const oddity: fc.Arbitrary<Oddity> = fc.record({
  place: fc.constantFrom(...PLACES),
  make: anything,
  throws: fc.boolean(),
  times: fc.constantFrom(1, 2),
});

test('whatever user code returns or throws, its run ends, and the journal reads back as it ended', async () => {
  await fc.assert(
    fc.asyncProperty(oddity, async (odd) => {
      const flow = flowWith(odd);
      const persistence = memory();
      await using app = flowproof({
        persistence,
        flows: [flow],
        clock: clockWith(odd),
        onEvent: codeWith(odd)('listener', () => undefined),
      });
      const input = odd.place === 'input' ? odd.make() : 1;
      const result = await app.run(flow, { id: 'one', inputs: { input } }).catch((refused: unknown) => {
        expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
        expect(odd.place, 'nothing else may be refused').toBe('input');
      });
      if (result === undefined) return;
      expect(['SUCCESS', 'REVERTED', 'FAILURE']).toContain(result.state);
      await using next = flowproof({ persistence, flows: [flow] });
      expect((await next.inspect('one')).state).toBe(result.state);
      expect(await next.resume(flow, 'one')).toEqual(result);
      expect(JSON.stringify(result).length).toBeLessThan(1_000_000);
    }),
    { numRuns: 500 },
  );
});
