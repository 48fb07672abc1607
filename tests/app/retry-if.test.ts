import { describe, expect, test } from 'vitest';
import { linear, run, times } from '../../src/index.js';
import { failing } from './failing.js';

describe('what retryIf may be', () => {
  const asked = async (retryIf: (failure: object) => unknown) => {
    const { task, calls } = failing(9);
    const result = await run(
      linear('order')
        .add(task, { retry: times(3), retryIf: retryIf as () => boolean })
        .build(),
    );
    return {
      calls: calls.length,
      failure: (result as { readonly failures: readonly { readonly failure: unknown }[] }).failures[0]?.failure,
    };
  };

  test('one that throws is the failure of the task', async () => {
    const thrown = await asked(() => {
      throw new TypeError('a mistake in it');
    });
    expect(thrown).toMatchObject({ calls: 1, failure: { name: 'TypeError', message: 'a mistake in it', cause: { message: 'busy' } } });
  });

  test('one that says neither yes nor no has failed', async () => {
    const answers: (() => unknown)[] = [async () => true, async () => Promise.reject(new Error('late')), () => undefined, () => 'yes'];
    for (const retryIf of answers) {
      expect(await asked(retryIf)).toMatchObject({ calls: 1, failure: { code: 'BAD_ANSWER', cause: { message: 'busy' } } });
    }
  });

  test('one that throws a proxy, or changes what it is given, changes nothing', async () => {
    const proxy = new Proxy({}, { get: () => { throw new Error('touched'); } }); // biome-ignore format: one line
    expect(await asked(() => { throw proxy; })).toMatchObject({ calls: 1 }); // biome-ignore format: one line
    const changed = await asked((failure) => Object.assign(failure, { message: 'changed' }) !== undefined);
    expect(changed).toMatchObject({ calls: 3, failure: { message: 'busy' } });
  });

  test('it is not asked about the last attempt, and not of reverts', async () => {
    let times3 = 0;
    await asked(() => ++times3 > 0);
    expect(times3).toBe(2);
  });
});
