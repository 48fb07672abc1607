import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compile } from '../../src/compilation/index.js';
import { times } from '../../src/index.js';
import { type AnyBuilder, compiled, errorsOf, task, untyped } from './tasks.js';

describe('atoms', () => {
  const flow = untyped('f')
    .retry(times(2))
    .add(task('a'))
    .add(
      untyped('g')
        .retry(times(3))
        .add(task('b'))
        .add(untyped('h').add(task('c')).build())
        .build(),
    )
    .add(task('d', [], [], { priority: 7 }))
    .build();
  const { atoms, graph } = compiled(flow);

  test('are numbered in definition order, each retry before the nodes of its flow', () => {
    expect(atoms.map(({ index, path, kind }) => `${index} ${kind} ${path}`)).toEqual([
      '0 retry f/(retry)',
      '1 task f/a',
      '2 retry f/g/(retry)',
      '3 task f/g/b',
      '4 task f/g/h/c',
      '5 task f/d',
    ]);
  });

  test('are governed by the retry of their flow, or of the one around it', () => {
    expect(atoms.map(({ enclosingRetry }) => enclosingRetry)).toEqual([-1, 0, 0, 2, 2, 0]);
  });

  test('of a retry reach to the end of its flow', () => {
    expect(atoms.map((atom) => (atom.kind === 'retry' ? [atom.index, atom.end] : [])).filter(({ length }) => length > 0)).toEqual([
      [0, 6],
      [2, 5],
    ]);
  });

  test('have the policy of their retry and the priority of their task', () => {
    expect(atoms.map((atom) => ('retry' in atom && atom.retry.kind === 'times' ? atom.retry.attempts : atom.priority))).toEqual([
      2, 0, 3, 0, 0, 7,
    ]);
  });

  test('of a linear flow wait for the one before', () => {
    expect(graph.successors).toEqual([[1], [2], [3], [4], [5], []]);
    expect(graph.predecessors).toEqual([[], [0], [1], [2], [3], [4]]);
  });

  test('are none in an empty flow, which is right', () => {
    const empty = compiled(untyped('empty').build());
    expect(empty.atoms).toEqual([]);
    expect(empty.graph).toEqual({ successors: [], predecessors: [] });
    expect(
      errorsOf(
        untyped('f')
          .add(untyped('empty').retry(times(2)).build())
          .build(),
      ),
    ).toEqual([]);
  });
});

describe('the inputs of a run', () => {
  test('are known when the flow says their names, or that there are none', () => {
    const boot = task('boot', ['size', 'zone?']);
    const none = compiled(untyped('f').build());
    expect([none.inputs, none.inputsKnown]).toEqual([[], true]);
    const named = compiled(untyped.dynamic('f').input(['size', 'zone', 'extra']).add(boot).build());
    expect(named.inputsKnown).toBe(true);
    expect(named.inputs).toEqual([
      { name: 'size', optional: false },
      { name: 'zone', optional: true },
      { name: 'extra', optional: true },
    ]);
  });

  test('are required when one task requires them, whatever others say', () => {
    const optional = task('o', ['x?']);
    const required = task('r', ['x']);
    for (const nodes of [
      [optional, required],
      [required, optional],
    ]) {
      const flow = nodes.reduce((builder: AnyBuilder, node) => builder.add(node), untyped('f').input()).build();
      expect(compiled(flow).inputs).toEqual([{ name: 'x', optional: false }]);
    }
  });

  test('of an open flow are what nothing in it provides', () => {
    const open = untyped
      .open('f')
      .add(task('a', ['x'], ['y']))
      .add(task('b', ['y', 'z']))
      .build();
    expect(compiled(open).inputs.map(({ name }) => name)).toEqual(['x', 'z']);
  });

  test('come with their schema', () => {
    const schema = z.object({ size: z.number() });
    const flow = compiled(untyped('f').input(schema).build());
    expect(flow.inputSchema).toBe(schema);
    expect(flow.inputs).toEqual([{ name: 'size', optional: true }]);
  });
});

describe('the fingerprint', () => {
  const base = () =>
    untyped('f', { version: 2 })
      .retry(times(2))
      .add(task('a', [], ['x', 'y']))
      .add(task('b', ['x']));
  const fingerprint = (builder: AnyBuilder) => compiled(builder.build()).fingerprint;

  test('is the one that runs in databases have', () => {
    expect(fingerprint(base())).toBe('b1825cca991471342f20ff1acf071420');
  });

  test('is equal for flows that are made again, with other code', () => {
    const again = untyped('f', { version: 2 })
      .retry(times(2))
      .add(task('a', [], ['x', 'y'], { execute: () => ({ x: 1, y: 2 }), priority: 3, maxLosses: 9 }))
      .add(task('b', ['x']));
    expect(fingerprint(again)).toBe(fingerprint(base()));
  });

  test.each<[string, AnyBuilder]>([
    [
      'another name',
      untyped('g', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x'])),
    ],
    [
      'another version',
      untyped('f', { version: 3 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x'])),
    ],
    [
      'more attempts',
      untyped('f', { version: 2 })
        .retry(times(3))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x'])),
    ],
    [
      'no retry',
      untyped('f', { version: 2 })
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x'])),
    ],
    ['one more task', base().add(task('c'))],
    [
      'another name of a node',
      untyped('f', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x']), { name: 'c' }),
    ],
    [
      'another source of an input',
      untyped('f', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x']), { rebind: { x: 'y' } }),
    ],
    [
      'a constant',
      untyped('f', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x']), { inject: { x: 1 } }),
    ],
    [
      'other outputs',
      untyped('f', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x']))
        .add(task('b', ['x'])),
    ],
    [
      'kept values',
      untyped('f', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y'], { keeps: ['k'] }))
        .add(task('b', ['x'])),
    ],
    [
      'a revert',
      untyped('f', { version: 2 })
        .retry(times(2))
        .add(task('a', [], ['x', 'y']))
        .add(task('b', ['x'], [], { revert: () => undefined })),
    ],
    [
      'another order',
      untyped
        .open('f', { version: 2 })
        .retry(times(2))
        .add(task('b', ['x']))
        .add(task('a', [], ['y', 'z'])),
    ],
    ['other results', base().returns('x')],
  ])('is another one for %s', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(base()));
  });

  test('is another one for each of them', () => {
    const flows = [
      base(),
      base().returns('x'),
      base().returns('y'),
      base().returns('x', 'y'),
      base().add(task('c')),
      base().add(task('d')),
    ];
    expect(new Set(flows.map(fingerprint)).size).toBe(5);
  });
});

describe('a compiled flow', () => {
  test('is made once for a definition, and cannot be changed', () => {
    const flow = untyped('f').add(task('a')).build();
    expect(flow.compile()).toBe(flow.compile());
    expect(compile(flow['~flowproof'].definition)).toBe(flow.compile());
    expect(Object.isFrozen(flow.compile())).toBe(true);
  });

  test('is of the flow as it was built, whatever is added to its builder later', () => {
    const builder = untyped('f').add(task('a'));
    const flow = builder.build();
    builder.add(task('b'));
    expect(compiled(flow).atoms).toHaveLength(1);
  });

  test('is of long and deep flows, too', () => {
    let long = untyped.dynamic('long');
    for (let index = 0; index < 2_000; index++) long = long.add(task(`t${index}`, index > 0 ? [`v${index - 1}`] : [], [`v${index}`]));
    let deep = untyped.open('deep').add(task('core', ['x']));
    for (let level = 0; level < 500; level++) deep = untyped.open(`level${level}`).add(deep.build());
    expect(compiled(long.build()).atoms).toHaveLength(2_000);
    expect(compiled(untyped('f').input().add(deep.build()).build()).inputs).toEqual([{ name: 'x', optional: false }]);
  });
});
