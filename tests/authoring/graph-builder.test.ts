import { describe, expect, test } from 'vitest';
import {
  alwaysRevert,
  alwaysRevertAll,
  builders,
  defineTask,
  flowDefinitionOf,
  forEach,
  forEachOf,
  taskDefinitionOf,
  use,
} from '../../src/authoring/index.js';

const tools = { toMermaid: () => 'mermaid', toDot: () => 'dot' };
const { linear, unordered, graph } = builders(({ name }) => ({ name, version: 1, fingerprint: 'f' }), tools);

const a = defineTask({ name: 'a', requires: ['in'], provides: ['x'], execute: (_: { in: string }) => ({ x: 'x' }) });
const b = defineTask({ name: 'b', requires: ['x'], provides: ['y'], execute: (_: { x: string }) => ({ y: 'y' }) });
const AS_IT_IS = { rebind: {}, inject: {}, provides: {}, override: false };

describe('graph', () => {
  test('leaves a definition with nodes by their names, and links', () => {
    const decider = () => true;
    const flow = graph('g')
      .input<{ from: string }>()
      .add({ b, first: use(a, { rebind: { in: 'from' } }) })
      .link('first', 'b', { decider, depth: 'flow' })
      .build();
    expect(flowDefinitionOf(flow)).toMatchObject({
      pattern: 'graph',
      mode: 'closed',
      nodes: [
        { node: taskDefinitionOf(b), placement: { ...AS_IT_IS, name: 'b' } },
        { node: taskDefinitionOf(a), placement: { ...AS_IT_IS, name: 'first', rebind: { in: 'from' } } },
      ],
      links: [{ from: 'first', to: 'b', decider, depth: 'flow', unknownOptions: [] }],
    });
    expect([flow.toMermaid(), flow.toDot()]).toEqual(['mermaid', 'dot']);
  });

  test('every call leaves its builder as it was', () => {
    const base = graph.open('g').add({ a });
    const more = base.add({ b });
    const linked = more.link('a', 'b');
    const counts = [base, more, linked].map((one) => {
      const definition = flowDefinitionOf(one.build());
      return [definition?.nodes.length, definition?.links?.length];
    });
    expect(counts).toEqual([
      [1, undefined],
      [2, undefined],
      [2, 1],
    ]);
  });

  test('never throws: what is wrong is kept for compile()', () => {
    type Loose = { add(...args: unknown[]): Loose; link(...args: unknown[]): Loose; retry(policy: unknown): Loose; build(): unknown };
    const loose = graph('g') as unknown as Loose;
    const flow = loose.retry(1).add(undefined).add(a).add({ x: 1 }).link(undefined, 3, { decider: 'no', depht: 1 }).build();
    expect(flowDefinitionOf(flow)).toMatchObject({
      retry: { kind: 'custom', lacksOnFailure: true },
      nodes: [{ node: { kind: 'unknown' } }, { node: { kind: 'unknown' } }, { node: { kind: 'unknown' }, placement: { name: 'x' } }],
      links: [{ from: 'undefined', to: '3', decider: 'no', unknownOptions: ['depht'] }],
    });
  });
});

test('a choice is a nested flow of which at most one node runs', () => {
  const choose = ({ x }: { x: string }) => (x === 'x' ? 'b' : 'other');
  const flow = linear('f')
    .input<{ in: string; y: string }>()
    .add(a)
    .switch('c', ['x'], choose, { b: use(b, { provides: { y: 'z' } }), other: a0 })
    .build();
  expect(flowDefinitionOf(flow)?.nodes[1]).toMatchObject({
    node: {
      kind: 'flow',
      pattern: 'choice',
      name: 'c',
      mode: 'open',
      choice: { kind: 'switch', reads: ['x'], pick: choose },
      nodes: [{ placement: { name: 'b', provides: { y: 'z' } } }, { placement: { name: 'other' } }],
    },
  });
  const test = () => false;
  const maybe = linear('f').input<{ x: string }>().when('if', ['x'], test, b).build();
  expect(flowDefinitionOf(maybe)?.nodes[0]?.node).toMatchObject({
    pattern: 'choice',
    choice: { kind: 'when', pick: test },
    nodes: [{ placement: AS_IT_IS }],
  });
});
const a0 = defineTask({ name: 'a0', execute: () => {} });

test('retries are data', () => {
  const of = (policy: { '~flowproof': { definition: unknown } }) => policy['~flowproof'].definition;
  const values = ['a', 'b'];
  const tried = forEach('zone', values);
  values.push('c');
  expect(of(tried)).toEqual({ kind: 'forEach', provides: 'zone', values: ['a', 'b'] });
  expect(of(forEachOf('zones', 'zone'))).toEqual({ kind: 'forEachOf', requires: 'zones', provides: 'zone' });
  expect([of(alwaysRevert()), of(alwaysRevertAll())]).toEqual([{ kind: 'alwaysRevert' }, { kind: 'alwaysRevertAll' }]);
  expect(flowDefinitionOf(unordered('u').retry(tried).build())?.retry).toBe(of(tried));
});

test('use() around use() speaks in its names', () => {
  const twice = use(use(a, { rebind: { in: 'one' }, provides: { x: 'v' } }), { rebind: { one: 'two' }, provides: { v: 'w' } });
  const fixed = use(use(a, { rebind: { in: 'one' } }), { inject: { one: 'constant' } });
  const flow = graph('g').input<{ two: string }>().add({ twice, fixed }).returns('w', 'x').build();
  const placements = flowDefinitionOf(flow)?.nodes.map(({ placement }) => placement);
  expect(placements).toEqual([
    { ...AS_IT_IS, name: 'twice', rebind: { in: 'two' }, provides: { x: 'w' } },
    { ...AS_IT_IS, name: 'fixed', inject: { in: 'constant' } },
  ]);
  const added = linear('f')
    .input<{ two: string }>()
    .add(use(a, { rebind: { in: 'one' } }), { rebind: { one: 'two' } })
    .build();
  expect(flowDefinitionOf(added)?.nodes[0]?.placement.rebind).toEqual({ in: 'two' });
});

test('builders without pictures say so', () => {
  const { linear: plain } = builders(({ name }) => ({ name, version: 1, fingerprint: 'f' }));
  expect(() => plain('f').build().toDot()).toThrow('without pictures');
});
