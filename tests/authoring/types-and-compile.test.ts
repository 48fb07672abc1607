import { expect, test } from 'vitest';
import { toDot, toMermaid } from '../../src/compilation/index.js';
import * as anys from '../../type-tests/good-any.js';
import * as choices from '../../type-tests/good-choice.js';
import * as decorators from '../../type-tests/good-decorators.js';
import * as erased from '../../type-tests/good-erased.js';
import * as generics from '../../type-tests/good-generic.js';
import * as graphs from '../../type-tests/good-graph.js';
import * as linears from '../../type-tests/good-linear.js';
import * as secrets from '../../type-tests/good-secret.js';
import * as shapes from '../../type-tests/good-shape.js';

/** What the types let through must compile at run time as well. */
const flows = Object.entries({
  ...linears,
  ...graphs,
  ...choices,
  ...secrets,
  ...anys,
  ...decorators,
  ...erased,
  ...generics,
  ...shapes,
}).flatMap(([name, value]) => (typeof value === 'object' && 'compile' in value ? [[name, value] as const] : []));

test('there are flows to compare', () => expect(flows.length).toBeGreaterThan(70));

test.each(flows)('%s', (_name, flow) => {
  expect(flow.compile().fingerprint).toMatch(/^[0-9a-f]{8,}$/);
});

test.each(flows)('%s has its pictures', (_name, flow) => {
  const { definition } = flow['~flowproof'];
  expect(toMermaid(definition)).toContain(`subgraph n0["${flow.name}`);
  expect(toDot(definition)).toContain('subgraph cluster_n0');
});
