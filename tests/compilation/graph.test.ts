import { describe, expect, test } from 'vitest';
import { alwaysRevertAll, forEach, forEachOf, use } from '../../src/authoring/index.js';
import { times } from '../../src/index.js';
import { graph, linear, unordered, waitsOf } from './graph-tasks.js';
import { compiled, sourcesOf, task } from './tasks.js';

describe('a graph', () => {
  test('waits for values, in whatever order its nodes were added', () => {
    const flow = graph('g')
      .input(['in'])
      .add({ c: task('c', ['a', 'b']), b: task('b', ['a'], ['b']) })
      .add({ a: task('a', ['in'], ['a']) })
      .build();
    expect(waitsOf(compiled(flow))).toEqual({ 'g/c': ['g/b', 'g/a'], 'g/b': ['g/a'], 'g/a': [] });
    expect(sourcesOf(flow)).toEqual({ 'g/c.a': 'g/a.a', 'g/c.b': 'g/b.b', 'g/b.a': 'g/a.a', 'g/a.in': 'input in' });
  });

  test('waits for optional values and for those of revert', () => {
    const flow = graph('g')
      .add({ o: task('o', ['x?', 'nowhere?']), r: task('r', [], [], { revertRequires: ['x'] }), x: task('x', [], ['x']) })
      .build();
    expect(waitsOf(compiled(flow))).toEqual({ 'g/o': ['g/x'], 'g/r': ['g/x'], 'g/x': [] });
  });

  test('waits along links, to and from nested flows as a whole', () => {
    const pair = unordered('pair').add(task('l')).add(task('r')).build();
    const flow = graph('g')
      .add({ a: task('a'), pair, z: task('z'), empty: linear('empty').build() })
      .link('a', 'empty')
      .link('empty', 'pair')
      .link('pair', 'z')
      .build();
    expect(waitsOf(compiled(flow))).toEqual({ 'g/a': [], 'g/pair/l': ['g/a'], 'g/pair/r': ['g/a'], 'g/z': ['g/pair/l', 'g/pair/r'] });
  });

  test('lets a nested flow wait for what any of its tasks reads, under the names of its border', () => {
    const inner = linear
      .open('inner')
      .add(task('one'))
      .add(task('two', ['x'], ['y']))
      .build();
    const flow = graph('g')
      .add({
        after: task('after', ['out']),
        inner: use(inner as never, { rebind: { x: 'v' }, provides: { y: 'out' } } as never),
        v: task('v', [], ['v']),
      })
      .build();
    expect(waitsOf(compiled(flow))).toMatchObject({ 'g/inner/one': ['g/v'], 'g/inner/two': ['g/inner/one'], 'g/after': ['g/inner/two'] });
    expect(sourcesOf(flow)).toMatchObject({ 'g/inner/two.x': 'g/v.v', 'g/after.out': 'g/inner/two.y' });
  });

  test('gives everything that its nodes give, or what it returns', () => {
    const nodes = { a: task('a', [], ['x']), b: task('b', ['x'], ['y']) };
    expect([...compiled(graph('g').add(nodes).build()).results.keys()]).toEqual(['x', 'y']);
    expect([...compiled(graph('g').add(nodes).returns('y').build()).results.keys()]).toEqual(['y']);
  });

  test('of n tasks costs n edges where many meet many', () => {
    const layer = (name: string) => {
      let flow = unordered(name);
      for (let index = 0; index < 300; index++) flow = flow.add(task(`t${index}`));
      return flow.build();
    };
    const { graph: edges } = compiled(linear('wide').add(layer('a')).add(layer('b')).build());
    expect(edges.successors.flat().length).toBeLessThan(1300);
  });

  test('of 20,000 nodes in the worst order, or nested 5,000 deep, is compiled without a stack of its own giving way', () => {
    const nodes: Record<string, unknown> = {};
    for (let index = 20_000; index > 0; index--) nodes[`n${index}`] = task(`n${index}`, index > 1 ? [`v${index - 1}`] : [], [`v${index}`]);
    let deep = graph('deep')
      .add({ t: task('t') })
      .build();
    for (let level = 0; level < 5000; level++) deep = graph('deep').add({ deep }).build();
    expect(compiled(graph('long').add(nodes).build()).atoms).toHaveLength(20_000);
    expect(compiled(deep).atoms).toHaveLength(1);
  });
});

describe('an unordered flow', () => {
  test('lets nobody wait for a sibling, and everybody for what is around it', () => {
    const pair = unordered('pair')
      .retry(times(2))
      .add(task('l'))
      .add(linear('r').add(task('r1')).add(task('r2')).build())
      .build();
    const flow = linear('f').add(task('a')).add(pair).add(task('z')).build();
    expect(waitsOf(compiled(flow))).toEqual({
      'f/a': [],
      'f/pair/(retry)': ['f/a'],
      'f/pair/l': ['f/pair/(retry)'],
      'f/pair/r/r1': ['f/pair/(retry)'],
      'f/pair/r/r2': ['f/pair/r/r1'],
      'f/z': ['f/pair/l', 'f/pair/r/r2'],
    });
  });

  test('as a root has neither gates nor edges', () => {
    const flow = unordered('u').add(task('a')).add(task('b')).build();
    expect(compiled(flow).graph).toEqual({ successors: [[], []], predecessors: [[], []] });
  });

  test('does not feed an optional input from a later sibling', () => {
    const flow = unordered('u')
      .add(task('o', ['x?']))
      .add(task('x', [], ['x']))
      .build();
    expect(sourcesOf(flow)).toEqual({});
    expect([...compiled(flow).results.keys()]).toEqual(['x']);
  });
});

describe('a retry', () => {
  test('gives its value to the nodes of its flow, and to what comes after', () => {
    const tried = graph('g')
      .retry(forEach('zone', ['a', 'b']))
      .add({ t: task('t', ['zone']) })
      .build();
    const flow = linear('f')
      .add(tried)
      .add(task('z', ['zone']))
      .build();
    expect(sourcesOf(flow)).toEqual({ 'f/g/t.zone': 'f/g/(retry).zone', 'f/z.zone': 'f/g/(retry).zone' });
    expect(waitsOf(compiled(flow))['f/g/t']).toEqual(['f/g/(retry)']);
  });

  test('reads its list from around its flow', () => {
    const tried = graph
      .open('g')
      .retry(forEachOf('zones', 'zone'))
      .add({ t: task('t', ['zone']) })
      .build();
    const flow = graph('f')
      .add({ g: tried, list: task('list', [], ['zones']) })
      .build();
    const { atoms } = compiled(flow);
    expect(atoms[0]).toMatchObject({
      path: 'f/g/(retry)',
      kind: 'retry',
      inputs: { zones: { from: 'atom', atom: 2, output: 'zones' } },
      end: 2,
    });
    expect(waitsOf(compiled(flow))['f/g/(retry)']).toEqual(['f/list']);
  });

  test('keeps its values out of the fingerprint', () => {
    const print = (values: readonly string[]) => compiled(linear('f').retry(forEach('zone', values)).build()).fingerprint;
    expect(print(['a'])).toBe(print(['a', 'b']));
    expect(compiled(linear('f').retry(alwaysRevertAll()).build()).fingerprint).not.toBe(print(['a']));
  });
});

describe('a decider', () => {
  const yes = () => true;
  test('of a link is told what its source gave, and the sources of the others', () => {
    const { deciders = [] } = compiled(
      graph('g')
        .add({ a: task('a', [], ['x']), b: task('b', [], ['y']), c: unordered('c').add(task('c1')).add(task('c2')).build() })
        .link('a', 'c', { decider: (history: { a: { x: number } }) => history.a.x > 1 })
        .link('b', 'c', { decider: yes, depth: 'atom' })
        .link('a', 'b')
        .build(),
    );
    const history = { a: { x: { from: 'atom', atom: 0, output: 'x' } }, b: { y: { from: 'atom', atom: 1, output: 'y' } } };
    expect(deciders).toMatchObject([
      { target: 'g/c', first: 2, end: 4, source: { node: 'a', first: 0, end: 1 }, depth: 'all', skips: [[2, 4]], history },
      { target: 'g/c', first: 2, end: 4, source: { node: 'b', first: 1, end: 2 }, depth: 'atom', skips: [[2, 4]], history },
    ]);
    expect(deciders[0]?.entry).toBeGreaterThanOrEqual(4);
    expect([deciders[0]?.decide({ a: { x: 2 } }), deciders[0]?.decide({ a: { x: 1 } })]).toEqual([true, false]);
  });

  test('of a switch lets one branch run, of a when one or none', () => {
    const { deciders = [], atoms } = compiled(
      linear('f')
        .input(['size'])
        .switch('by-size', ['size'], ({ size }: { size: number }) => (size > 1 ? 'l' : 's'), {
          l: task('l', [], ['v']),
          s: task('s', [], ['v']),
        })
        .when('if-huge', ['size'], ({ size }: { size: number }) => size > 9, task('huge', ['v'], ['w']))
        .add(task('end', ['v', 'w?']))
        .build(),
    );
    expect(atoms.map(({ path }) => path)).toEqual(['f/by-size/l', 'f/by-size/s', 'f/if-huge/huge', 'f/end']);
    expect(deciders.map(({ target, depth, reads }) => [target, depth, reads])).toEqual(
      ['f/by-size/l', 'f/by-size/s', 'f/if-huge/huge'].map((path) => [path, 'node', { size: { from: 'input', name: 'size' } }]),
    );
    const votes = (size: number) => deciders.map(({ decide, choice }) => decide({ size }) === choice?.chosenBy);
    expect([votes(1), votes(2), votes(10)]).toEqual([
      [false, true, false],
      [true, false, false],
      [true, false, true],
    ]);
    expect(atoms[3]).toMatchObject({
      inputs: {
        v: {
          from: 'branch',
          certain: true,
          of: [
            { from: 'atom', atom: 0 },
            { from: 'atom', atom: 1 },
          ],
        },
        w: { from: 'branch', certain: false, of: [{ from: 'atom', atom: 2 }] },
      },
    });
  });

  test('orders the branches side by side, between what is before and after', () => {
    const flow = linear('f')
      .add(task('a'))
      .switch('c', [], () => 'x', { x: task('x'), y: task('y') })
      .add(task('z'))
      .build();
    expect(waitsOf(compiled(flow))).toEqual({ 'f/a': [], 'f/c/x': ['f/a'], 'f/c/y': ['f/a'], 'f/z': ['f/c/x', 'f/c/y'] });
  });

  test('is part of the fingerprint, its code is not', () => {
    const nodes = { a: task('a'), b: task('b') };
    const print = (options?: object) => compiled(graph('g').add(nodes).link('a', 'b', options).build()).fingerprint;
    expect(print({ decider: yes })).toBe(print({ decider: () => false }));
    expect(new Set([print(), print({ decider: yes }), print({ decider: yes, depth: 'flow' })]).size).toBe(3);
  });
});
