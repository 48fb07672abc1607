import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compare } from '../../compiler/manifest/index.js';
import { leavesOf, type StoredSource, storedFlow } from '../../src/compilation/index.js';
import { times } from '../../src/index.js';
import { isJsonObject, type Json } from '../../src/model/json.js';
import { presentOf } from '../compiler/present.js';
import { compiled, task, untyped } from './tasks.js';

const flow = untyped('order', { version: 2 })
  .input()
  .retry(times(2))
  .add(task('cart', ['customer'], ['total']))
  .when('gift', ['total'], () => true, task('wrap', ['customer', 'total'], ['ribbon']))
  .add(task('send', ['total', 'ribbon?', 'note'], ['parcel']), { inject: { note: 'hello' } })
  .build();

describe('where values come from', () => {
  test('is said by manifests of the first kind in words, which mean the same', () => {
    const first = JSON.parse(readFileSync(new URL('manifests/manifest-1.json', import.meta.url), 'utf8')) as Json;
    const { manifest } = compiled(flow);
    expect(manifest).toMatchObject({ manifest: 2 });
    expect(storedFlow(first)).toEqual(storedFlow(manifest));
    const now = presentOf(flow);
    expect(compare([{ ...now, manifest: first, fingerprint: 'another' }], [now])).toEqual([
      { verdict: 'safe', flow: 'order', path: 'order', message: "flow 'order' changed in a way that concerns no run" },
    ]);
  });

  test('is told apart, whatever nodes and values are called', () => {
    const flowOf = (node: string, output: string) =>
      untyped('f')
        .add(task(node, [], [output]))
        .add(task('reader', [output], ['r']))
        .returns('r')
        .build();
    expect(compiled(flowOf('a', 'b c')).fingerprint).not.toBe(compiled(flowOf('a b', 'c')).fingerprint);
    const results = (node: string, output: string) => {
      const { manifest } = compiled(
        untyped('f')
          .add(task(node, [], [output]))
          .build(),
      );
      return isJsonObject(manifest) ? JSON.stringify(manifest.results) : '';
    };
    expect(results('a', 'b c')).not.toBe(results('a b', 'c'));
  });

  test('is found by whoever compares, where a name has a comma in it', () => {
    const versionOf = (more: boolean) => {
      const begun = untyped('f')
        .add(task('give, twice', [], ['x']))
        .when('maybe', ['x'], () => true, task('b', ['x'], ['y']));
      return (more ? begun.add(task('c', ['y?', 'x'])) : begun.add(task('c', ['y?']))).build();
    };
    const changes = compare([presentOf(versionOf(false))], [presentOf(versionOf(true))]);
    expect(changes.map(({ verdict }) => verdict)).toEqual(['safe']);
  });

  test('is found in what may be absent for two reasons: an optional node in a branch', () => {
    const branch = untyped('branch').add(task('maybe', [], ['y']), { optional: true });
    const flow = untyped('f')
      .when('choice', [], () => true, branch.build())
      .add(task('reader', ['y?']))
      .build();
    const source = storedFlow(compiled(flow).manifest).atoms.get('f/reader')?.inputs.get('y');
    expect(source?.from).toBe('branch');
    expect(leavesOf(source as StoredSource)).toEqual([{ from: 'atom', path: 'f/choice/branch/maybe', output: 'y' }]);
  });
});
