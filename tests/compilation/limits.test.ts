import { describe, expect, test } from 'vitest';
import { defineTask, type FlowOptions, factory, flowproof, linear, memory, waitFor } from '../../src/index.js';

function wrong(options: object, flow = linear('order', options as FlowOptions).input<{ customer: string }>()): string {
  try {
    flow.build().compile();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

describe('limits of a flow', () => {
  test.each([
    [{ concurrency: 0 }, "'order' has 0 as concurrency, which is no limit: give a whole number of at least 1"],
    [{ concurrency: Number.NaN }, "'order' has NaN as concurrency"],
    [{ concurrency: 1.5 }, "'order' has 1.5 as concurrency"],
    [{ concurrency: '5' }, "'order' has '5' as concurrency, which is no limit: give a whole number of at least 1, or { limit, key }"],
    [{ concurrency: {} }, "'order' has undefined as concurrency.limit"],
    [{ concurrency: { limit: -1, key: 'customer' } }, "'order' has -1 as concurrency.limit"],
    [{ concurrency: { limit: 1, key: () => ({}) } }, 'as concurrency.key, which is no limit: give the name of an input'],
    [{ concurrency: { limit: 1, max: 2 } }, "flow 'order' gives the unknown option 'concurrency.max'"],
    [{ concurrency: { limit: 1, weights: { gold: 3 } } }, "give them beside a 'key'"],
    [{ concurrency: { limit: 1, key: 'customer', weights: { gold: 0 } } }, "'order' has 0 as concurrency.weights.gold"],
    [{ rate: 5 }, "'order' has 5 as rate, which is no limit: give { limit, perMs }"],
    [{ rate: { limit: 20_000, perMs: 1 } }, 'give a whole number from 1 to 10000'],
    [{ rate: { limit: 1 } }, "'order' has undefined as rate.perMs"],
    [{ rate: { limit: 1, perMs: 90_000_000 } }, 'give milliseconds of more than 0, a day at most'],
    [
      { concurrency: { limit: 1, key: 'customer' }, rate: { limit: 1, perMs: 1, key: 'region' } },
      "can't count by 'customer' and 'region': 'concurrency' and 'rate' of a flow count by the same input",
    ],
  ])('%o is refused by compile()', (options, message) => {
    expect(wrong(options)).toContain(message);
  });

  test('a key has to be an input, where those are known, and none that is secret', () => {
    const options = { concurrency: { limit: 1, key: 'customer' } };
    expect(wrong(options, linear('order', options) as never)).toContain(
      "'order' counts by 'customer', which is none of its required inputs",
    );
    expect(wrong(options, linear('order', options).input<{ customer: string }>().secret('customer') as never)).toContain(
      'it is secret, and would be readable',
    );
  });

  test('are of whole runs alone, and of no flow that a factory makes', async () => {
    const inner = linear('inner', { concurrency: 1 }).build();
    expect(wrong({}, linear('order').add(inner) as never)).toContain("'inner' can't have 'concurrency': it is part of another flow");
    const made = factory('made', (_: { n: number }) => linear('made', { concurrency: 1 }).build());
    const app = flowproof({ persistence: memory(), flows: [made] });
    await expect(app.start(made({ n: 1 }))).rejects.toThrow("'made' can't have 'concurrency or rate': it is made by a factory");
    await app.stop();
  });

  test('change nothing of what its runs are compared by', () => {
    const fingerprints = [{}, { concurrency: 1 }, { rate: { limit: 1, perMs: 1 } }].map(
      (options) => linear('order', options).build().compile().fingerprint,
    );
    expect(new Set(fingerprints).size).toBe(1);
    expect(wrong({ concurrency: Number.POSITIVE_INFINITY })).toBe('nothing');
  });
});

describe('limits of a task', () => {
  const refused = (options: object, secret = false): string => {
    const bill = defineTask({
      ...{ name: 'bill', requires: ['tenant', 'zone?'], ...(secret ? { secret: ['tenant'] } : {}), ...options },
      execute: async (_: { tenant: string; zone?: string }) => undefined,
    } as never);
    return wrong({}, linear('order').input<{ tenant: string }>().add(bill) as never);
  };

  test.each([
    [{ concurrency: 0 }, "'bill' has 0 as concurrency, which is no limit: give a whole number of at least 1"],
    [{ concurrency: { limit: 1, weights: {} } }, "the unknown option 'concurrency.weights'"],
    [{ concurrency: { limit: 1, key: 'zone' } }, "'bill' counts by 'zone', which is none of its required inputs"],
    [{ concurrency: { limit: 1, key: 'other' } }, "'bill' counts by 'other', which is none of its required inputs"],
    [{ concurrency: { limit: 1, key: 5 } }, 'give the name of one of its inputs, or a function of them'],
    [{ rate: { limit: 1 } }, "'bill' has undefined as rate.perMs"],
    [
      { concurrency: { limit: 1, key: 'tenant' }, rate: { limit: 1, perMs: 1, key: () => 'a' } },
      "can't count by 'tenant' and 'a function': 'concurrency' and 'rate' of a task count by the same input",
    ],
  ])('%o is refused by compile()', (options, message) => {
    expect(refused(options)).toContain(message);
  });

  test('count by no secret, and by no function that is given one', () => {
    const limited = (key: unknown) => refused({ concurrency: { limit: 1, key } }, true);
    expect(limited('tenant')).toContain("'bill' can't count by 'tenant': it is secret, and would be readable");
    expect(limited(() => 'a')).toContain("'bill' can't count by 'a function': what it makes of a secret would be readable");
    expect(limited(undefined)).toBe('nothing');
  });

  test('change nothing of what its runs are compared by, and belong to no wait', () => {
    const bill = (options: object) => defineTask({ name: 'bill', execute: async () => undefined, ...options });
    const fingerprints = [{}, { concurrency: 1 }, { rate: { limit: 1, perMs: 1 } }].map(
      (options) => linear('order').add(bill(options)).build().compile().fingerprint,
    );
    expect(new Set(fingerprints).size).toBe(1);
    expect(wrong({}, linear('order').add(waitFor('answer'), { concurrency: 1 }) as never)).toContain(
      "'answer' can't have 'concurrency': it waits, and nothing of it is called",
    );
  });
});
