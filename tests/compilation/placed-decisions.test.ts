import { describe, expect, test } from 'vitest';
import { defineRetry, graph, Retry, times } from '../../src/index.js';
import { type AnyBuilder, errorsOf, task, untyped } from './tasks.js';

const WHY = 'it decides, which is done in the process of the app: let a task compute what it reads';
const onFailure = () => 'REVERT' as const;

@Retry({ name: 'grow', runsOn: 'cpu' } as never)
class Grow {
  onFailure = onFailure;
}
class Plain {
  readonly runsOn = 'a field of its own';
  onFailure = onFailure;
}
const retried = (policy: unknown, options?: object) =>
  (untyped('flow') as unknown as { retry(policy: unknown, options?: object): AnyBuilder }).retry(policy, options).add(task('a')).build();

describe('what decides is called in the process of the app, so compile() refuses', () => {
  test.each([
    ['a decorated retry', retried(Grow), 'grow'],
    ['one that was made', retried(defineRetry({ name: 'made', runsOn: 'cpu', onFailure } as never)), 'made'],
    ['one that is written where it is given', retried({ runsOn: 'cpu', onFailure }), 'retry'],
    ['a retry that is given with options', retried(Plain, { runsOn: 'cpu' }), 'Plain'],
    ['a stock retry', retried(times(2, { runsOn: 'cpu' } as never)), '(retry)'],
    ['a stock retry that is given with options', retried(times(2), { runsOn: 'cpu' }), '(retry)'],
  ])("'runsOn' of %s", (_, flow, name) => {
    expect(errorsOf(flow)).toEqual([`flow/(retry) [TUNING_UNFIT] '${name}' can't have 'runsOn': ${WHY}`]);
  });

  test("'runsOn' of a decider", () => {
    const link = { decider: () => true, runsOn: 'cpu' };
    const flow = graph('flow')
      .add({ a: task('a'), b: task('b') })
      .link('a', 'b', link as never)
      .build();
    expect(errorsOf(flow)).toEqual([`flow [TUNING_UNFIT] 'a' -> 'b' can't have 'runsOn': ${WHY}`]);
  });

  test('other options of a retry that has none', () => {
    expect(errorsOf(retried(times(2), { name: 'twice' }))).toEqual([
      "flow/(retry) [UNKNOWN_OPTION] flow 'flow' gives the unknown option 'name'",
    ]);
  });

  test('and takes fields of a retry for its own business', () => {
    expect(errorsOf(retried(new Plain()))).toEqual([]);
  });
});
