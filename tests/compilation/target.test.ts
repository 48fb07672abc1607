import { describe, expect, test } from 'vitest';
import { run } from '../../src/index.js';
import { type AnyGraph, graph, linear, unordered, waitsOf } from './graph-tasks.js';
import { compiled, errorsOf, task } from './tasks.js';

const chain = graph('g').add({ a: task('a', [], ['x']), b: task('b', ['x'], ['y']), c: task('c', ['y'], ['z']), d: task('d', [], ['w']) });
const pathsOf = (flow: AnyGraph) => compiled(flow.build()).atoms.map(({ path }) => path);
const resultsOf = (flow: AnyGraph) => [...compiled(flow.build()).results.keys()];

describe('a target', () => {
  test('leaves only itself and what it needs, by values and by links', () => {
    expect(pathsOf(chain.target('b'))).toEqual(['g/a', 'g/b']);
    expect(waitsOf(compiled(chain.link('d', 'b').target('b').build()))).toEqual({ 'g/a': [], 'g/b': ['g/a', 'g/d'], 'g/d': [] });
    expect(resultsOf(chain.target('b'))).toEqual(['x', 'y']);
  });

  test('makes the same flow as if the others had never been added', () => {
    const small = graph('g')
      .add({ a: task('a', [], ['x']), b: task('b', ['x'], ['y']) })
      .build();
    const { atoms: _, ...target } = compiled(chain.link('b', 'd').target('b').build());
    const { atoms: __, ...same } = compiled(small);
    expect(JSON.stringify(target)).toBe(JSON.stringify(same));
    expect(chain.target('b').build().toMermaid()).toBe(small.toMermaid());
    expect(chain.target('c').build().toMermaid()).not.toBe(small.toMermaid());
  });

  test('is forgotten by the builder that it was taken from', () => {
    chain.target('a');
    expect(pathsOf(chain)).toEqual(['g/a', 'g/b', 'g/c', 'g/d']);
  });

  test('keeps whole flows, with all that is in them', () => {
    const inner = unordered('inner')
      .add(task('l', [], ['x']))
      .add(task('r'))
      .build();
    const flow = graph('g').add({ other: linear('other').add(task('o')).build(), inner, last: task('last', ['x']) });
    expect(pathsOf(flow.target('last'))).toEqual(['g/inner/l', 'g/inner/r', 'g/last']);
    expect(pathsOf(flow.target('other'))).toEqual(['g/other/o']);
  });

  test('of a nested graph counts for the graph around it', () => {
    const inner = graph
      .open('inner')
      .add({ p: task('p'), q: task('q', ['x']) })
      .target('p')
      .build();
    const flow = graph('g').add({ first: task('first', [], ['x']), inner });
    expect(pathsOf(flow.target('inner'))).toEqual(['g/inner/p']);
    expect(waitsOf(compiled(flow.build()))).toEqual({ 'g/first': [], 'g/inner/p': [] });
  });

  test('needs no inputs that only the others read', () => {
    const flow = graph.open('g').add({ a: task('a', ['in']), b: task('b', ['more']) });
    expect(compiled(flow.target('a').build()).inputs).toEqual([{ name: 'in', optional: false }]);
  });

  test('returns what is left of the chosen values, and refuses what there never was', () => {
    expect(resultsOf(chain.target('a').returns('x', 'z'))).toEqual(['x']);
    expect(errorsOf(chain.target('a').returns('nowhere').build())).toEqual([
      "g [UNKNOWN_RETURN] flow 'g' can't return 'nowhere', which nothing in it provides",
    ]);
  });

  test('that is no node is refused', () => {
    expect(errorsOf(chain.target('e').build())).toEqual([
      "g [UNKNOWN_TARGET] flow 'g' can't have the target 'e', which is none of its nodes",
    ]);
  });

  test('keeps deciders that it waits for, and runs', async () => {
    const flow = graph('g')
      .add({ a: task('a'), b: task('b'), c: task('c') })
      .link('a', 'b', { decider: () => false })
      .link('b', 'c');
    const compiledFlow = compiled(flow.target('b').build());
    expect(compiledFlow.deciders?.map(({ source }) => source?.node)).toEqual(['a']);
    expect((await run(flow.target('b').build(), {})).state).toBe('SUCCESS');
    expect(compiled(flow.target('a').build()).deciders).toBeUndefined();
  });
});

describe('older versions that a flow continues', () => {
  test('are whole numbers below its own', () => {
    const flow = (continues: unknown) => linear('f', { version: 3, continues }).build();
    expect(errorsOf(flow([1, 2]))).toEqual([]);
    expect(compiled(flow([1, 2])).continues).toEqual([1, 2]);
    expect(errorsOf(flow([3, 0, 1.5, 'x']))).toEqual(
      ['3', '0', '1.5', 'x'].map(
        (value) =>
          `f [BAD_CONTINUES] flow 'f' can't go on with runs of version ${value}: 'continues' lists whole numbers of at least 1 that are lower than its version`,
      ),
    );
    expect(errorsOf(flow(3))).toHaveLength(1);
  });
});
