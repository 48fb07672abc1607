import { describe, expect, test } from 'vitest';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { compile } from '../../src/compilation/index.js';
import {
  type AnyFlow,
  concurrent,
  type Decision,
  defineRetry,
  defineTask,
  graph,
  type History,
  linear,
  run,
  times,
  unordered,
} from '../../src/index.js';

/*
 * Cost is counted, not timed: looks into maps, sets and lists while something is done once for n nodes and once for 4 n.
 * What costs the same for each node needs four times as many; a walk that is repeated for each node needs sixteen.
 */

const COUNTED: readonly (readonly [object, string])[] = [
  [Map.prototype, 'get'],
  [Map.prototype, 'set'],
  [Map.prototype, 'has'],
  [Set.prototype, 'add'],
  [Set.prototype, 'has'],
  [Array.prototype, 'push'],
  [Array.prototype, 'pop'],
  [Array.prototype, 'at'],
  [Array.prototype, 'includes'],
  [Object, 'hasOwn'],
];

async function countOf(work: () => unknown): Promise<number> {
  let count = 0;
  const restore = COUNTED.map(([owner, name]) => {
    const methods = owner as { [name: string]: (...args: unknown[]) => unknown };
    const original = methods[name] as (...args: unknown[]) => unknown;
    methods[name] = function counted(this: unknown, ...args: unknown[]) {
      count++;
      return original.apply(this, args);
    };
    return () => {
      methods[name] = original;
    };
  });
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return count;
}

async function growth(work: (n: number) => () => unknown, n: number): Promise<number> {
  const [few, many] = [await countOf(work(n)), await countOf(work(4 * n))];
  return many / few;
}

const noop = defineTask({ name: 'noop', execute: () => undefined });
const reads = defineTask({ name: 'reads', requires: ['x'], execute: (_: { x: number }) => undefined });
const undone = defineTask({ name: 'undone', execute: () => undefined, revert: () => undefined });
const failing = defineTask({ name: 'failing', execute: () => Promise.reject(new Error('no')) });

const chain = (n: number): AnyFlow => {
  let flow = linear.dynamic('chain').input(['x']);
  for (let index = 0; index < n; index++) flow = flow.add(reads, { name: `n${index}` });
  return flow.build();
};
const fan = (n: number): AnyFlow => {
  let flow = unordered.dynamic('fan').input(['x']);
  for (let index = 0; index < n; index++) flow = flow.add(reads, { name: `n${index}` });
  return flow.build();
};
/** Two nodes a layer, each waiting for both of the layer before: 2^n ways through it (U-8). */
const layers = (n: number): AnyFlow => {
  const nodes = Array.from({ length: n }, (_, layer) => [`a${layer}`, `b${layer}`]).flat();
  let flow = graph.dynamic('layers').add(Object.fromEntries(nodes.map((name) => [name, noop])));
  for (let layer = 1; layer < n; layer++) {
    for (const to of ['a', 'b']) for (const from of ['a', 'b']) flow = flow.link(`${from}${layer - 1}`, `${to}${layer}`);
  }
  return flow.build();
};
const nested = (n: number): AnyFlow => {
  let flow = linear.dynamic('leaf').input().add(reads).build();
  for (let level = 0; level < n; level++) flow = linear.dynamic('level').input().add(reads).add(flow).build();
  return linear.dynamic('nested').input(['x']).add(flow).build();
};
/** Names of the flows that are given an x. */
const READ_X = new Set(['chain', 'fan', 'nested']);
const FLOWS = { chain, fan, layers, nested };

const compiled = (flow: AnyFlow) => () => compile(flowDefinitionOf(flow) as NonNullable<ReturnType<typeof flowDefinitionOf>>);
const runs = (flow: AnyFlow) => {
  flow.compile();
  const inputs = READ_X.has(flow.name) ? { inputs: { x: 1 } } : {};
  return () => run(flow as never, { ...inputs, executor: concurrent() } as never);
};

describe('the cost of a node does not depend on how many there are', () => {
  test.each(Object.entries(FLOWS))('when a %s is compiled', async (_, make) => {
    expect(await growth((n) => compiled(make(n)), 250)).toBeLessThan(5);
  });

  test.each(Object.entries(FLOWS))('when a %s runs', async (_, make) => {
    expect(await growth((n) => runs(make(n)), 250)).toBeLessThan(5);
  });

  test('when everything is undone', async () => {
    const back = (n: number): AnyFlow => {
      let flow = linear.dynamic('back');
      for (let index = 0; index < n; index++) flow = flow.add(undone, { name: `n${index}` });
      return flow.add(failing).build();
    };
    expect(await growth((n) => runs(back(n)), 250)).toBeLessThan(5);
  });

  test('when many flows are tried again', async () => {
    const retried = (n: number): AnyFlow => {
      let flow = linear.dynamic('retried');
      for (let index = 0; index < n; index++) {
        let calls = 0;
        const once = defineTask({ name: 'once', execute: () => (++calls === 1 ? Promise.reject(new Error('no')) : undefined) });
        flow = flow.add(linear.dynamic(`part${index}`).retry(times(2)).add(once).build());
      }
      return flow.build();
    };
    expect(await growth((n) => runs(retried(n)), 100)).toBeLessThan(5);
  });

  test.each([
    ['looks at nothing', () => 'nothing'],
    ['looks at its last attempt', (history: History<{ at: number }>) => history.causedBy('Again')?.name],
    ['counts all of them', (history: History<{ at: number }>) => history.attempts.length],
  ])('when a retry of the user tries again, and %s', async (_, look) => {
    const again = Object.assign(new Error('again'), { name: 'Again' });
    const attempts = (n: number): AnyFlow => {
      const patient = defineRetry({
        name: 'patient',
        provides: ['at'],
        execute: (history: History<{ at: number }>) => ({ at: history.length }),
        onFailure: (history): Decision => (look(history) !== undefined && history.length < n ? 'RETRY' : 'REVERT'),
      });
      return linear('patient')
        .retry(patient)
        .add(defineTask({ name: 'again', execute: () => Promise.reject(again) }))
        .build();
    };
    expect(await growth((n) => runs(attempts(n)), 250)).toBeLessThan(5);
  });

  test('counting sees a walk that is repeated for each node', async () => {
    const walk = (n: number) => () => {
      const seen = new Set<number>();
      for (let index = 0; index < n; index++) for (let other = 0; other < index; other++) seen.add(other);
    };
    expect(await growth(walk, 100)).toBeGreaterThan(12);
  });
});

describe('size is limited by memory only', () => {
  test('100,000 tasks are compiled and run', async () => {
    expect((await run(chain(100_000) as never, { inputs: { x: 1 } } as never)) as unknown).toMatchObject({ state: 'SUCCESS' });
  });

  test('10,000 nested flows are compiled, run and drawn', async () => {
    // With tasks in the innermost only: a path names all flows around, and 10,000 of such paths are a gigabyte of text.
    let flow = linear.dynamic('leaf').retry(times(2)).add(noop).build();
    for (let level = 0; level < 10_000; level++) flow = linear.dynamic('f').add(flow).build();
    expect((await run(flow)).state).toBe('SUCCESS');
    expect(flow.toMermaid()).toContain('subgraph');
    expect(flow.toDot()).toContain('cluster');
  });
});
