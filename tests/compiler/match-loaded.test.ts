import { expect, describe as suite, test } from 'vitest';
import { differences } from '../../compiler/loading/differences.js';
import { definitionOf } from '../../compiler/reading/index.js';
import { describe } from '../../src/compilation/index.js';
import { type AnyFlow, defineTask, forEach, graph, linear, times } from '../../src/index.js';
import * as flows from '../fixtures/compiler/reading/flows.js';

const wrong = graph
  .dynamic('wrong', { continues: 7 } as never)
  .add({
    a: undefined,
    b: linear
      .dynamic('b')
      .retry(times(0, { otherwise: 'NEVER' as never, more: 1 } as never))
      .build(),
  } as never)
  .link('a', 'b', { decider: 'no' as never, depth: 'deep' as never })
  .build();

suite('a flow of a shape has that shape again, and is judged alike', () => {
  test.each(Object.entries({ ...flows, wrong }))('%s', (_, flow: AnyFlow) => {
    const { shape } = describe(flow['~flowproof'].definition);
    const again = definitionOf(structuredClone(shape));
    expect(describe(again).shape).toEqual(shape);
    expect(again.name).toBe(flow.name);
  });
});

suite('of a flow that was loaded the checker says in what it differs', () => {
  const shapeOf = (flow: AnyFlow) => describe(flow['~flowproof'].definition).shape;
  const task = { name: 'a', requires: ['x'], provides: ['y'], execute: async (_: { x: number }) => ({ y: 1 }) } as const;
  const of = (...tasks: readonly object[]): AnyFlow =>
    tasks
      .reduce<ReturnType<typeof linear.dynamic>>((flow, one) => flow.add(defineTask(one as never) as never), linear.dynamic('f'))
      .build();
  const linked = (...names: readonly string[]): AnyFlow =>
    graph
      .dynamic('f')
      .add({ a: defineTask(task), b: linear.open('b').build() } as never)
      .link(names[0] as never, names[1] as never)
      .build();
  const source = of(task, { name: 'b', execute: async () => {} });

  test.each<[string, AnyFlow, AnyFlow, readonly string[]]>([
    ['nothing', source, of(task, { name: 'b', execute: async () => {} }), []],
    [
      'how many values a retry has',
      linear('f')
        .retry(forEach('v', [1]))
        .build(),
      linear('f')
        .retry(forEach('v', [1, 2]))
        .build(),
      [],
    ],
    ['a node too few', source, of(task), ['f/b: it is not there when it is loaded']],
    ['a node too many', of(task), source, ['f/b: it is there when it is loaded, and not in the source']],
    [
      'order',
      source,
      of({ name: 'b', execute: async () => {} }, task),
      ['f/a: it stands in another place among its siblings when it is loaded'],
    ],
    [
      'a version',
      source,
      of({ ...task, version: 2 }, { name: 'b', execute: async () => {} }),
      ['f/a: its version is 1 in the source, and 2 when it is loaded'],
    ],
    [
      'a need',
      of(task),
      of({ ...task, requires: ['x?', 'z'] }),
      ["f/a: its requires is 'x' in the source, and 'x?', 'z' when it is loaded"],
    ],
    [
      'a revert',
      of(task),
      of({ ...task, revert: async () => {} }),
      ['f/a: its revert is missing in the source, and there when it is loaded'],
    ],
    ['a secret', of(task), of({ ...task, secret: ['y'] }), ["f/a: its secret is nothing in the source, and 'y' when it is loaded"]],
    [
      'attempts',
      linear('f').retry(times(2)).build(),
      linear('f').retry(times(3)).build(),
      ['f/(retry): its policy is times(2) in the source, and times(3) when it is loaded'],
    ],
    ['a link', linked('a', 'b'), linked('b', 'a'), ["f: its links is 'a → b' in the source, and 'b → a' when it is loaded"]],
  ])('%s', (_, written, built, expected) => {
    expect(differences(shapeOf(written), shapeOf(built)).map(({ path, says }) => `${path}: ${says}`)).toEqual(expected);
  });
});
