import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { compile, decidersIn, storedFlow } from '../../src/compilation/index.js';
import { Life } from '../changes/life.js';
import { flowOf } from '../changes/plan-flows.js';
import { plans } from '../changes/plans.js';

test('a manifest numbers deciders as the compiled flow does, which is what the votes of runs are stored by', () => {
  let met = 0;
  fc.assert(
    fc.property(plans, ({ before }) => {
      const flow = flowOf(before, new Life());
      fc.pre(flow !== undefined);
      if (flow === undefined) return;
      const { manifest, deciders = [] } = compile(flowDefinitionOf(flow) as never);
      const stored = decidersIn(storedFlow(manifest));
      expect(stored.map(({ target }) => target)).toEqual(deciders.map(({ target }) => target));
      expect(stored.map(({ choice }) => choice !== undefined)).toEqual(deciders.map(({ choice }) => choice !== undefined));
      expect(new Set(stored.map(({ key }) => key)).size).toBe(stored.length);
      met += stored.length;
    }),
    { numRuns: 300 },
  );
  expect(met).toBeGreaterThan(50);
});
