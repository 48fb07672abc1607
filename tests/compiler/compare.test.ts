import { describe, expect, test } from 'vitest';
import { compare } from '../../compiler/manifest/index.js';
import { type AnyFlow, defineRetry, defineTask } from '../../src/index.js';
import { linear, unordered } from '../compilation/graph-tasks.js';
import { presentOf } from './present.js';

const task = (name: string, reverts = false) =>
  defineTask({ name, execute: async () => {}, ...(reverts ? { revert: async () => {} } : {}) });
const choice = (...names: readonly string[]) =>
  linear
    .dynamic('f')
    .switch('s', [], () => names[0], Object.fromEntries(names.map((name) => [name, task(name)])))
    .build();
const verdicts = (before: AnyFlow, now: AnyFlow) =>
  compare([presentOf(before)], [presentOf(now)]).map(({ verdict, message }) => `${verdict}: ${message}`);

describe('what a change means for runs of before', () => {
  test('a branch that is gone may be the one that was chosen; one that is new never is', () => {
    expect(verdicts(choice('a', 'b'), choice('a', 'c'))).toEqual([
      "migration: 'f/s/b' is gone: let runs that are in the middle of it end first",
      "strands: the choice 'f/s' has no branch 'b' any more: runs that chose it, and have not done all of it, would be refused",
      "safe: 'f/s/c' is new: runs of before come to it in its turn, unless it is in what they have skipped",
    ]);
    expect(verdicts(choice('a', 'b'), choice('c', 'b', 'a'))).toEqual([
      "safe: 'f/s/c' is new: runs of before come to it in its turn, unless it is in what they have skipped",
    ]);
  });

  test('what was no choice may have begun more than one of its nodes', () => {
    const plain = linear
      .dynamic('f')
      .add(unordered.dynamic('s').add(task('a')).add(task('b')).build())
      .build();
    expect(verdicts(plain, choice('a', 'b'))).toEqual([
      "strands: 'f/s' is a choice now: runs in which more than one of a, b has begun would be refused",
    ]);
    expect(verdicts(choice('a', 'b'), plain)).toEqual(["safe: flow 'f' changed in a way that concerns no run"]);
  });

  test('what was optional may be left out of runs', () => {
    const flow = (optional: boolean) => linear.dynamic('f').add(task('a'), { optional }).build();
    expect(verdicts(flow(true), flow(false))).toEqual([
      "migration: 'f/a' is not optional any more: runs that go on without it, since it failed, would be refused",
    ]);
    expect(verdicts(flow(false), flow(true))).toEqual(["safe: flow 'f' changed in a way that concerns no run"]);
  });

  test('a retry of the user that takes one more value does without it only where that is optional', () => {
    const give = defineTask({ name: 'give', provides: ['x'], execute: async () => ({ x: 1 }) });
    const more = defineTask({ name: 'give', provides: ['x', 'y'], execute: async () => ({ x: 1, y: 1 }) });
    const flow = (giver: unknown, ...requires: readonly string[]) =>
      linear
        .dynamic('f')
        .add(giver)
        .add(
          linear
            .open('part')
            .retry(defineRetry({ name: 'patient', requires, onFailure: () => 'REVERT' } as never) as never)
            .add(task('a'))
            .build(),
        )
        .build();
    expect(verdicts(flow(give, 'x'), flow(more, 'x', 'y?')).filter((verdict) => !verdict.startsWith('safe'))).toEqual([]);
    expect(verdicts(flow(give, 'x'), flow(more, 'x', 'y'))).toContain(
      "strands: 'f/part/(retry)' needs 'y' from 'f/give', which did not give 'y' before: runs in which that has run would be refused",
    );
  });

  test('a revert that is taken away may be under way', () => {
    const flow = (reverts: boolean) => linear.dynamic('f').add(task('a', reverts)).build();
    expect(verdicts(flow(true), flow(false))).toEqual(["migration: 'f/a' has no revert any more: let runs that are undoing it end first"]);
    expect(verdicts(flow(false), flow(true))).toEqual(["safe: flow 'f' changed in a way that concerns no run"]);
  });
});
