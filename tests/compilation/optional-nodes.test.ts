import { describe, expect, test } from 'vitest';
import { use } from '../../src/index.js';
import { graph, linear, unordered } from './graph-tasks.js';
import { compiled, errorsOf, sourcesOf, task } from './tasks.js';

const give = task('give', [], ['value']);
const take = task('take', ['value']);
const like = task('like', ['value?']);
const optional = { optional: true };

describe('a node that may fail', () => {
  test('gives what only optional inputs can take', () => {
    const said = "flow 'f' may skip what provides 'value': only an optional input can take it";
    expect(errorsOf(linear.dynamic('f').add(give, optional).add(take).build())).toEqual([`f/take [MAYBE_ABSENT] ${said}`]);
    expect(errorsOf(linear.dynamic('f').add(give, optional).add(like).build())).toEqual([]);
    expect(errorsOf(linear.dynamic('f').add(give, { optional: false }).add(take).build())).toEqual([]);
    const nodes = { give: use(give, optional as never), take };
    expect(errorsOf(graph.dynamic('f').add(nodes).build())).toEqual([`f/take [MAYBE_ABSENT] ${said}`]);
    const part = linear.dynamic('p').add(give).add(take).build();
    expect(errorsOf(linear.dynamic('f').add(part, optional).add(like).build())).toEqual([]);
  });

  test('is complained of once, however far its values go', () => {
    const inner = linear
      .dynamic('p')
      .add(give, optional)
      .add(task('again', [], ['value']), optional)
      .build();
    const outer = linear.dynamic('f').add(inner, optional).build();
    expect(errorsOf(outer).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['f/p/again [ALREADY_PROVIDED]']);
  });

  test('keeps what it was told within each other: the nearer one wins', () => {
    const tolerant = use(give, optional as never);
    expect(sourcesOf(linear.dynamic('f').add(tolerant).add(like).build())).toEqual({ 'f/like.value': 'branch of 1' });
    expect(sourcesOf(linear.dynamic('f').add(tolerant, { optional: false }).add(like).build())).toEqual({ 'f/like.value': 'f/give.value' });
  });

  test('is known atom by atom, and in what is stored of the flow', () => {
    const part = unordered.dynamic('p').add(give, optional).add(task('b')).build();
    const flow = linear.dynamic('f').add(task('a')).add(part, optional).add(task('c')).build();
    const { optional: parts = [], manifest, fingerprint } = compiled(flow);
    expect([0, 1, 2, 3].map((atom) => [parts[atom]?.path, parts[atom]?.outer?.path])).toEqual([
      [undefined, undefined],
      ['f/p/give', 'f/p'],
      ['f/p', undefined],
      [undefined, undefined],
    ]);
    expect(manifest).toMatchObject({ optional: ['f/p', 'f/p/give'] });
    const without = linear
      .dynamic('f')
      .add(task('a'))
      .add(unordered.dynamic('p').add(give).add(task('b')).build())
      .add(task('c'))
      .build();
    expect(compiled(without).manifest).not.toHaveProperty('optional');
    expect(compiled(without).fingerprint).not.toBe(fingerprint);
  });

  test('is marked in pictures', () => {
    const part = unordered.dynamic('p').add(give).build();
    const picture = linear.dynamic('f').add(task('a'), optional).add(part, optional).build().toMermaid();
    expect(picture).toContain('["a (optional)"]');
    expect(picture).toContain('["p (unordered) (optional)"]');
  });
});
