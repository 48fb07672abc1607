import { expect, describe as suite, test } from 'vitest';
import { definitionOf } from '../../compiler/reading/index.js';
import { describe } from '../../src/compilation/index.js';
import { type AnyFlow, graph, linear, times } from '../../src/index.js';
import * as flows from '../fixtures/compiler/reading/flows.js';

const wrong = (graph.open('wrong', { continues: 7 } as never) as ReturnType<typeof graph.dynamic>)
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
