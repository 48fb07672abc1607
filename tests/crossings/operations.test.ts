import { expect, test } from 'vitest';
import { searched } from './operations.js';

test('random flows, to which operators and processes do random things, do what they promise', async () => {
  expect(await searched({ seed: 2, runs: 100, shrinks: true })).toBeUndefined();
}, 180_000);
