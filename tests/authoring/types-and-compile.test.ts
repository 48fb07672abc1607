import { expect, test } from 'vitest';
import * as good from '../../type-tests/good-linear.js';

/** What the types let through must compile at run time as well. */
const flows = Object.entries(good).flatMap(([name, value]) =>
  typeof value === 'object' && 'compile' in value ? [[name, value] as const] : [],
);

test('there are flows to compare', () => expect(flows.length).toBeGreaterThan(8));

test.each(flows)('%s', (_name, flow) => {
  expect(flow.compile().fingerprint).toMatch(/^[0-9a-f]{8,}$/);
});
