import { describe, expect, test } from 'vitest';
import { alwaysRevert, forEach, forEachOf, times } from '../../src/index.js';
import { errorsOf, task, untyped } from './tasks.js';

const errors = (retry: unknown): string[] => errorsOf(untyped('f').input(['list']).retry(retry).build());
const asTimes = times as (attempts: number, options?: object) => object;

describe('options of a retry', () => {
  test('are kept with their defaults, and may be left out', () => {
    const backoff = { delayMs: 10, factor: 2, maxMs: 60_000, jitter: 0.1 };
    expect(times(3, { backoff: { delayMs: 10 }, otherwise: 'REVERT_ALL' })['~flowproof'].definition).toEqual({
      kind: 'times',
      attempts: 3,
      backoff,
      otherwise: 'REVERT_ALL',
    });
    expect(forEach('v', [1], { backoff: { delayMs: 10 } })['~flowproof'].definition).toMatchObject({ backoff });
    expect(forEachOf('list', 'v', { otherwise: 'REVERT_LOCAL' })['~flowproof'].definition).toMatchObject({ otherwise: 'REVERT_LOCAL' });
    expect(times(3)['~flowproof'].definition).toEqual({ kind: 'times', attempts: 3 });
  });

  test('at their limits are right', () => {
    expect(errors(times(1, { backoff: { delayMs: 0, factor: 1, maxMs: 0, jitter: 1 } }))).toEqual([]);
    expect(errors(times(1, { backoff: { delayMs: 0.5, jitter: 0 }, otherwise: 'REVERT' }))).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['delayMs', { delayMs: -1 }, '-1'],
    ['delayMs', {}, 'NaN'],
    ['factor', { delayMs: 1, factor: 0.5 }, '0.5'],
    ['maxMs', { delayMs: 1, maxMs: Number.POSITIVE_INFINITY }, 'Infinity'],
    ['jitter', { delayMs: 1, jitter: 1.5 }, '1.5'],
    ['jitter', { delayMs: 1, jitter: 'much' }, 'much'],
  ])('%s of %j is refused', (option, backoff, value) => {
    const says = `'f' waits with ${option}: ${value}, which makes no sense: delayMs and maxMs are at least 0, factor at least 1, jitter from 0 to 1`;
    for (const retry of [asTimes(2, { backoff }), forEach('v', [1], { backoff } as never), forEachOf('list', 'v', { backoff } as never)]) {
      expect(errors(retry)).toEqual([`f/(retry) [BAD_BACKOFF] ${says}`]);
    }
  });

  test('that nobody knows are refused', () => {
    expect(errors(asTimes(2, { delayMs: 1 }))).toEqual(["f/(retry) [UNKNOWN_OPTION] flow 'f' gives the unknown option 'delayMs'"]);
    expect(errors(asTimes(2, { backoff: { delayMs: 1, max: 2 } }))).toEqual([
      "f/(retry) [UNKNOWN_OPTION] flow 'f' gives the unknown option 'max'",
    ]);
    expect(errors(asTimes(2, { otherwise: 'RETRY' }))).toEqual([
      "f/(retry) [BAD_OTHERWISE] flow 'f' has a retry with otherwise: 'RETRY': say 'REVERT', 'REVERT_ALL' or 'REVERT_LOCAL'",
    ]);
  });
});

describe('revertRetry', () => {
  const withRevert = (revertRetry: unknown) =>
    errorsOf(
      untyped('f')
        .add(task('t', [], [], { revertRetry }))
        .build(),
    );

  test('is times, with the same rules', () => {
    expect(withRevert(times(3, { backoff: { delayMs: 1 } }))).toEqual([]);
    expect(withRevert(times(0))).toEqual(['f/t [BAD_ATTEMPTS] times(0) makes no sense: give a whole number of attempts of at least 1']);
    expect(withRevert(asTimes(2, { backoff: { delayMs: 1, factor: 0 } }))).toEqual([
      expect.stringMatching(/^f\/t \[BAD_BACKOFF\] 't' waits/),
    ]);
    expect(withRevert(asTimes(2, { often: true }))).toEqual(["f/t [UNKNOWN_OPTION] flow 'f' gives the unknown option 'often'"]);
  });

  test('is nothing else', () => {
    expect(withRevert(alwaysRevert())).toEqual([expect.stringMatching(/^f\/t \[BAD_ATTEMPTS\] /)]);
    expect(withRevert(3)).toEqual([expect.stringMatching(/^f\/t \[BAD_ATTEMPTS\] /)]);
  });
});
