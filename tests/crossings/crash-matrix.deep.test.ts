import { expect, test, vi } from 'vitest';
import { DECIDING } from './deciding.js';
import { wrongOfSome } from './matrix.js';
import { SCENARIOS } from './scenarios.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
/** Each time one case of so many: all of them take half an hour. */
const ONE_OF = Number(process.env.FLOWPROOF_ONE_OF ?? 17);

test.each(
  [...SCENARIOS, ...DECIDING].map((scenario) => [scenario.name, scenario] as const),
)('%s: every wish at every moment, and every harm after it', async (_, scenario) =>
  expect(await wrongOfSome(scenario, SEED % ONE_OF, ONE_OF)).toEqual([]));

test('it notices when messages that come too late are kept', async () => {
  vi.resetModules();
  vi.doMock('../../src/persistence/contract/may-receive.js', async (original) => ({
    ...((await original()) as object),
    mayReceive: () => true,
  }));
  try {
    const [matrix, { SCENARIOS: scenarios }] = [await import('./matrix.js'), await import('./scenarios.js')];
    const [forward] = scenarios;
    expect(forward && (await matrix.wrongOfSome(forward, 0, ONE_OF))).not.toEqual([]);
  } finally {
    vi.doUnmock('../../src/persistence/contract/may-receive.js');
    vi.resetModules();
  }
});

test('it notices when what is behind a flow that is tried again stays skipped', async () => {
  vi.resetModules();
  vi.doMock('../../src/engine/decide/downstream.js', async (original) => ({ ...((await original()) as object), anewBehind: () => [] }));
  try {
    const [{ play }, { DECIDING: scenarios }] = [await import('./play.js'), await import('./deciding.js')];
    const wrong = await Promise.all(scenarios.map(async (scenario) => (await play(scenario, [])).wrong));
    expect(wrong.flat()).not.toEqual([]);
  } finally {
    vi.doUnmock('../../src/engine/decide/downstream.js');
    vi.resetModules();
  }
});
