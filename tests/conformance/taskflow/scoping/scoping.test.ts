import { describe, expect, test } from 'vitest';
import { type CompiledFlow, type Semantics, type Source, STANDARD } from '../../../../src/compilation/index.js';
import { type AnyFlow, graph, linear, times, unordered } from '../../../../src/index.js';
import { compiled, errorsOf, sourcesBy, task } from '../../../compilation/tasks.js';
import { levelsOf } from './nearest-scope.js';
import { TASKFLOW } from './semantics.js';

/** Each level in brackets. */
function levelsIn(flow: CompiledFlow, source: Source): string {
  if (source.from === 'atom') return `${flow.atoms[source.atom]?.path}.${source.output}`;
  if (source.from === 'input') return `input ${source.name}`;
  return levelsOf(source)
    .map((level) => `[${level.map((one) => levelsIn(flow, one)).join(' ')}]`)
    .join(' ');
}

const sourcesOf = (flow: AnyFlow): Record<string, string> => sourcesBy(compiled(flow, TASKFLOW), levelsIn);

interface Dynamic {
  input(names?: readonly string[]): Dynamic;
  retry(policy: unknown): Dynamic;
  add(node: unknown): Dynamic;
  link(from: string, to: string): Dynamic;
  build(): AnyFlow;
}

const begin = (factory: unknown, name: string): Dynamic => (factory as { dynamic(name: string): Dynamic }).dynamic(name);
const filled = (flow: Dynamic, nodes: readonly unknown[]): AnyFlow => nodes.reduce((all: Dynamic, node) => all.add(node), flow).build();
/** Flows inside of others, which see what is around them. */
const line = (name: string, ...nodes: unknown[]): AnyFlow => filled(begin(linear, name).input(), nodes);
const side = (name: string, ...nodes: unknown[]): AnyFlow => filled(begin(unordered, name).input(), nodes);
/** Root flows, with what a run is given. */
const root = (inputs: readonly string[], ...nodes: unknown[]): AnyFlow => filled(begin(linear, 'f').input(inputs), nodes);
const net = (nodes: readonly (readonly [string, unknown])[], ...links: (readonly [string, string])[]): AnyFlow => {
  const added = nodes.reduce((flow: Dynamic, [name, node]) => flow.add({ [name]: node }), begin(graph, 'g').input([]));
  return links.reduce((flow, [from, to]) => flow.link(from, to), added).build();
};
const gives = (name: string): readonly [string, unknown] => [name, task(name, [], ['x'])];
const reads = (name: string): readonly [string, unknown] => [name, task(name, ['x'])];

describe('of several providers', () => {
  test('the nearest one counts, first in its own flow, then further out', () => {
    const inner = line('i', task('c1', ['x']), task('p2', [], ['x']), task('c2', ['x']));
    const flow = root([], task('p1', [], ['x']), inner, task('c3', ['x']), task('p3', [], ['x']), task('c4', ['x']));
    expect(sourcesOf(flow)).toEqual({
      'f/i/c1.x': '[f/p1.x]',
      'f/i/c2.x': '[f/i/p2.x] [f/p1.x]',
      'f/c3.x': '[f/i/p2.x f/p1.x]',
      'f/c4.x': '[f/p3.x f/i/p2.x f/p1.x]',
    });
  });

  test('is an error in flows that are judged as ever', () => {
    expect(errorsOf(root([], task('p1', [], ['x']), task('p2', [], ['x']))).join()).toContain('ALREADY_PROVIDED');
  });

  test('those of an unordered sibling are not seen, those of an earlier unordered flow are, the last one first', () => {
    const flow = root([], task('p', [], ['x']), side('u', task('u1', ['x'], ['x']), task('u2', [], ['x'])), task('z', ['x']));
    expect(sourcesOf(flow)).toEqual({ 'f/u/u1.x': '[f/p.x]', 'f/z.x': '[f/u/u2.x f/u/u1.x f/p.x]' });
  });

  test('the retry of a flow is the farthest in it', () => {
    const own = { '~flowproof': { kind: 'retry', definition: { kind: 'forEach', provides: 'x', values: [1] } } };
    const inner = filled(begin(linear, 'i').input().retry(own), [task('c1', ['x']), task('p2', [], ['x']), task('c2', ['x'])]);
    const flow = root([], task('p1', [], ['x']), inner);
    expect(sourcesOf(flow)).toEqual({ 'f/i/c1.x': '[f/i/(retry).x] [f/p1.x]', 'f/i/c2.x': '[f/i/p2.x f/i/(retry).x] [f/p1.x]' });
  });

  test('what the run is given beats them all', () => {
    expect(sourcesOf(root(['x'], task('p', [], ['x']), task('c', ['x'])))).toEqual({ 'f/c.x': '[input x] [f/p.x]' });
  });
});

describe('an optional input', () => {
  const hidden = root([], side('u', task('a', ['x?']), task('b', [], ['x'])));

  test('that only somebody out of sight provides is looked for in vain', () => {
    expect(sourcesOf(hidden)).toEqual({ 'f/u/a.x': '' });
  });

  test('that nobody provides has no source', () => {
    expect(sourcesOf(root([], task('a', ['x?'])))).toEqual({});
  });
});

describe('the order of a graph', () => {
  const edgesIn = (flow: AnyFlow, semantics?: Semantics): string[] => {
    const { atoms, graph: edges } = compiled(flow, semantics);
    return atoms.flatMap(({ path, index }) => (edges.predecessors[index] ?? []).map((from) => `${atoms[from]?.path} ${path}`)).sort();
  };

  test('follows that of its nodes: a need that is met is not looked at again', () => {
    expect(edgesIn(net([reads('c'), gives('a'), gives('b')]), TASKFLOW)).toEqual(['g/a g/c']);
    expect(edgesIn(net([gives('a'), reads('c'), gives('b')]), TASKFLOW)).toEqual(['g/a g/c']);
  });

  test('can’t be inferred from two providers that are there already', () => {
    expect(() => compiled(net([gives('a'), gives('b'), reads('c')]), TASKFLOW)).toThrow("several nodes that provide 'x'");
  });

  test('comes from links, too, and the last provider before a node is its nearest', () => {
    const linked = net([gives('a'), ['c', task('c', ['x'])], gives('b')], ['b', 'c']);
    expect(sourcesOf(linked)).toEqual({ 'g/c.x': '[g/b.x g/a.x]' });
  });

  test('is the order in which its nodes are seen from outside: the last to run is the nearest', () => {
    const inner = filled(begin(graph, 'i').input(), [{ a: task('a') }, { b: task('b', [], ['x']) }, { c: task('c', [], ['x']) }]);
    const linked = begin(graph, 'i')
      .input()
      .add({ a: task('a') })
      .add({ b: task('b', [], ['x']) })
      .add({ c: task('c', [], ['x']) })
      .link('a', 'b')
      .build();
    expect(sourcesOf(root([], inner, task('z', ['x'])))).toEqual({ 'f/z.x': '[f/i/c.x f/i/b.x]' });
    expect(sourcesOf(root([], linked, task('z', ['x'])))).toEqual({ 'f/z.x': '[f/i/b.x f/i/c.x]' });
  });

  test('does not follow optional inputs', () => {
    expect(edgesIn(net([gives('a'), ['c', task('c', ['x?'])]]), TASKFLOW)).toEqual([]);
    expect(edgesIn(net([gives('a'), ['c', task('c', ['x?'])]]))).toEqual(['g/a g/c']);
  });

  test('is between flows as between tasks: they need what they can’t give themselves', () => {
    const inner = line('i', task('d', ['x', 'y']), task('e', ['x'], ['z']));
    const flow = net([['i', inner], gives('a'), ['b', task('b', [], ['y'])], ['c', task('c', ['z'])]]);
    expect(edgesIn(flow, TASKFLOW)).toContain('g/i/e g/c');
    expect(sourcesOf(flow)).toEqual({ 'g/i/d.x': '[g/a.x]', 'g/i/d.y': '[g/b.y]', 'g/i/e.x': '[g/a.x]', 'g/c.z': '[g/i/e.z]' });
  });
});

test('a flow that was compiled for one judgement is compiled anew for another, and once for each', () => {
  const flow = filled(begin(linear, 'f').input([]).retry(times(2)), [task('a')]);
  expect(compiled(flow, TASKFLOW)).toBe(compiled(flow, TASKFLOW));
  expect(compiled(flow, TASKFLOW)).not.toBe(compiled(flow));
  expect(compiled(flow).semantics).toBe(STANDARD);
});
