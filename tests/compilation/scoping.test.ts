import { describe, expect, test } from 'vitest';
import { compiled, errorsOf, sourcesOf, task, untyped } from './tasks.js';

const results = (flow: Parameters<typeof compiled>[0]) => [...compiled(flow).results.keys()];

describe('values are found', () => {
  test('at their provider, wherever it is before', () => {
    const flow = untyped('f')
      .input()
      .add(task('a', ['in'], ['x']))
      .add(task('b', ['x'], ['y']))
      .add(task('c', ['x', 'y', 'in']))
      .build();
    expect(sourcesOf(flow)).toEqual({
      'f/a.in': 'input in',
      'f/b.x': 'f/a.x',
      'f/c.x': 'f/a.x',
      'f/c.y': 'f/b.y',
      'f/c.in': 'input in',
    });
  });

  test('optional ones at their provider if there is one, else among the inputs, else nowhere', () => {
    const optional = task('o', ['x?']);
    expect(
      sourcesOf(
        untyped('f')
          .add(task('a', [], ['x']))
          .add(optional)
          .build(),
      ),
    ).toEqual({ 'f/o.x': 'f/a.x' });
    expect(sourcesOf(untyped('f').input().add(optional).build())).toEqual({ 'f/o.x': 'input x' });
    expect(sourcesOf(untyped('f').add(optional).build())).toEqual({});
  });

  test('for revert too', () => {
    const flow = untyped('f')
      .add(task('a', [], ['token']))
      .add(task('b', [], [], { revertRequires: ['token'] }))
      .build();
    const atom = compiled(flow).atoms[1];
    expect(atom).toMatchObject({ inputs: {}, revertInputs: { token: { from: 'atom', atom: 0, output: 'token' } } });
  });

  test('under the name that rebind gives, as constants where inject gives one', () => {
    const flow = untyped('f')
      .add(task('a', [], ['x', 'y']))
      .add(task('b', ['from', 'to', 'mode']), { rebind: { from: 'y', to: 'x' }, inject: { mode: 'fast' } })
      .build();
    expect(sourcesOf(flow)).toEqual({ 'f/b.from': 'f/a.y', 'f/b.to': 'f/a.x', 'f/b.mode': 'constant fast' });
  });

  test('under the name that provides gives', () => {
    const flow = untyped('f')
      .add(task('a', [], ['x', 'y']), { provides: { x: 'y', y: 'x' } })
      .add(task('b', ['x', 'y']))
      .build();
    expect(sourcesOf(flow)).toEqual({ 'f/b.x': 'f/a.y', 'f/b.y': 'f/a.x' });
    expect(results(flow)).toEqual(['y', 'x']);
  });

  test('after an override at the new provider, by those that come later', () => {
    const flow = untyped('f')
      .add(task('a', [], ['x']))
      .add(task('early', ['x']))
      .add(task('b', ['x'], ['x']), { override: true })
      .add(task('late', ['x']))
      .build();
    expect(sourcesOf(flow)).toEqual({ 'f/early.x': 'f/a.x', 'f/b.x': 'f/a.x', 'f/late.x': 'f/b.x' });
    expect(compiled(flow).results.get('x')).toEqual({ from: 'atom', atom: 2, output: 'x' });
  });
});

describe('a nested flow', () => {
  const inner = untyped
    .open('inner')
    .add(task('deep', ['size', 'image'], ['disk', 'log']))
    .build();

  test('reads what is around it, and leaves its outputs there', () => {
    const flow = untyped('f')
      .input()
      .add(task('a', [], ['image']))
      .add(inner)
      .add(task('z', ['disk']))
      .build();
    expect(sourcesOf(flow)).toEqual({
      'f/inner/deep.size': 'input size',
      'f/inner/deep.image': 'f/a.image',
      'f/z.disk': 'f/inner/deep.disk',
    });
    expect(results(flow)).toEqual(['image', 'disk', 'log']);
  });

  test('can be placed twice, with other names at its border', () => {
    const flow = untyped('f')
      .input()
      .add(inner, { name: 'one', inject: { size: 1 }, provides: { disk: 'first', log: 'log1' } })
      .add(inner, { name: 'two', rebind: { size: 'other', image: 'first' }, provides: { log: 'log2' } })
      .build();
    expect(sourcesOf(flow)).toEqual({
      'f/one/deep.size': 'constant 1',
      'f/one/deep.image': 'input image',
      'f/two/deep.size': 'input other',
      'f/two/deep.image': 'f/one/deep.disk',
    });
    expect(results(flow)).toEqual(['first', 'log1', 'disk', 'log2']);
  });

  test('shows only what it returns', () => {
    const closed = untyped('inner')
      .add(task('deep', [], ['disk', 'log']))
      .returns('log')
      .build();
    expect(results(untyped('f').add(closed).build())).toEqual(['log']);
    expect(results(closed)).toEqual(['log']);
    expect(results(untyped('f').add(untyped('i').add(closed).returns().build()).build())).toEqual([]);
  });

  test('does not see around it unless it is open or has inputs', () => {
    const closed = untyped('inner')
      .add(task('deep', ['image?']))
      .build();
    expect(
      sourcesOf(
        untyped('f')
          .add(task('a', [], ['image']))
          .add(closed)
          .build(),
      ),
    ).toEqual({});
  });

  test('renames through several borders', () => {
    const middle = untyped
      .open('middle')
      .add(inner, { rebind: { image: 'picture' }, inject: { size: 5 }, provides: { disk: 'volume' } })
      .build();
    const flow = untyped('f')
      .add(task('a', [], ['photo']))
      .add(middle, { rebind: { picture: 'photo' }, provides: { volume: 'result', log: 'log' } })
      .build();
    expect(sourcesOf(flow)).toEqual({ 'f/middle/inner/deep.size': 'constant 5', 'f/middle/inner/deep.image': 'f/a.photo' });
    expect(compiled(flow).results.get('result')).toEqual({ from: 'atom', atom: 1, output: 'disk' });
  });

  test('keeps inner values inside: the same name may be used there and around it', () => {
    const hidden = untyped('inner')
      .add(task('deep', [], ['x']))
      .add(task('deeper', ['x']))
      .returns()
      .build();
    const flow = untyped('f')
      .add(task('a', [], ['x']))
      .add(hidden)
      .add(task('z', ['x']))
      .build();
    expect(sourcesOf(flow)).toEqual({ 'f/inner/deeper.x': 'f/inner/deep.x', 'f/z.x': 'f/a.x' });
  });

  test('may not give itself what it has read from around it', () => {
    const twice = untyped
      .open('inner')
      .add(task('deep', ['x']))
      .add(task('deeper', [], ['x']))
      .build();
    expect(errorsOf(untyped('f').input().add(twice).build())).toEqual([expect.stringContaining('f/inner/deeper [ALREADY_PROVIDED]')]);
  });
});

describe('names that objects have by themselves are names like others', () => {
  test.each(['toString', 'constructor', 'hasOwnProperty', 'valueOf'])('%s', (name) => {
    const flow = untyped('f')
      .add(task('a', [], [name]))
      .add(task('b', [name]))
      .build();
    expect(sourcesOf(flow)).toEqual({ [`f/b.${name}`]: `f/a.${name}` });
    expect(
      errorsOf(
        untyped('f')
          .add(task('b', [name]))
          .build(),
      ),
    ).toEqual([expect.stringContaining(`needs '${name}' here`)]);
  });
});
