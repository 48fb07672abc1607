import { describe, expect, test } from 'vitest';
import { stateOf } from '../../src/engine/index.js';
import { newRun } from '../../src/engine/state/run-status.js';
import { restore, snapshotOf } from '../../src/engine/state/snapshot.js';
import { formatOf, type Transition } from '../../src/persistence/index.js';
import { Bench, compiled, type Node } from './runs.js';

const halt = { kind: 'halt' } as const;
const benchOf = (nodes: Readonly<Record<string, Node>>): Bench => {
  const bench = new Bench(compiled(nodes));
  bench.begin();
  return bench;
};
/** a is done, and b runs. */
const line = (b: Node = {}) => {
  const bench = benchOf({ a: {}, b: { after: ['a'], ...b }, c: { after: ['b'] } });
  bench.answer('a');
  return bench;
};
const standing = ({ flow, run }: Bench) => stateOf(flow, run.status);

describe('a run that is cancelled where it is', () => {
  test('begins nothing more, undoes nothing, and ends when what is under way has', () => {
    const bench = line();
    expect(bench.decide([halt])).toEqual(['HALT']);
    expect(bench.decide([halt]), 'once is enough').toEqual([]);
    expect(bench.answer('b')).toEqual(['b SUCCESS', 'RUN CANCELLED']);
    expect(bench.states()).toBe('a SUCCESS, b SUCCESS, c PENDING');
    expect(standing(bench)).toEqual({ state: 'CANCELLED', partial: true });
  });

  test('is not partial where it has done nothing', () => {
    const bench = benchOf({ w: { waits: { kind: 'signal', signal: 'ok' } }, a: { after: ['w'] } });
    expect(bench.decide([halt])).toEqual(['HALT', 'w REVERTED', 'RUN CANCELLED']);
    expect(standing(bench)).toEqual({ state: 'CANCELLED' });
  });

  test('a failure means nothing in it: no retry is asked, no attempt is made, nothing goes back', () => {
    const retried = benchOf({ r: { retries: { last: 'b', attempts: 3 } }, a: { after: ['r'] }, b: { after: ['a'] } });
    retried.answer('a');
    retried.decide([halt]);
    expect(retried.answer('b!')).toEqual(['b FAILURE', 'RUN CANCELLED']);
    const tried = line({ tuning: { retry: { kind: 'times', attempts: 3 } } });
    tried.decide([halt]);
    expect(tried.answer('b!')).toEqual(['b FAILURE', 'RUN CANCELLED']);
  });

  test('what was to be settled is, and who was asked need not answer', () => {
    const bench = benchOf({ a: {}, b: { after: ['a'], decider: { reach: 'atom' } } });
    bench.answer('a');
    expect(bench.decide([halt])).toEqual(['HALT', 'RUN CANCELLED']);
    expect(bench.vote(true)).toEqual([]);
    const left = line();
    left.limits = { ...left.limits, onFailure: 'stop', hold: 'stop' };
    left.answer('b!');
    expect(left.decide([halt])).toEqual(['HALT', 'b SETTLED', 'RUN CANCELLED']);
  });

  test('what pauses before its next attempt stays as it is', () => {
    const bench = line({
      tuning: { retry: { kind: 'times', attempts: 3, backoff: { delayMs: 100, factor: 1, maxMs: 100, jitter: 0 } } },
    });
    bench.answer('b!');
    expect(bench.decide([halt])).toEqual(['HALT', 'RUN CANCELLED']);
    expect(bench.states()).toBe('a SUCCESS, b RETRYING, c PENDING');
  });

  test('ends also where its process stops, or it was to be suspended', () => {
    for (const hold of ['stop', 'suspend'] as const) {
      const bench = line();
      bench.limits = { ...bench.limits, hold };
      bench.decide([halt]);
      expect(bench.answer('b')).toEqual(['b SUCCESS', 'RUN CANCELLED']);
    }
  });

  test('a run that goes back stops there; its reverts end by themselves, and are not tried again', () => {
    const bench = benchOf({ a: {}, b: { after: ['a'] }, c: { after: ['b'] } });
    for (const done of ['a', 'b', 'c!', 'c']) bench.answer(done);
    expect(bench.states()).toBe('a SUCCESS, b REVERTING, c REVERTED');
    expect(bench.decide([halt])).toEqual(['HALT']);
    expect(bench.answer('b!')).toEqual(['b REVERT_FAILURE', 'RUN CANCELLED']);
    expect(standing(bench)).toEqual({ state: 'CANCELLED', partial: true });
  });

  test('what its engine had in flight when it died is not called again: nobody knows what it did', () => {
    const bench = line();
    bench.decide([halt]);
    const { bench: next, said } = bench.takeOver();
    expect(said).toEqual(['TAKEOVER b', 'b INTERRUPTED', 'RUN CANCELLED']);
    expect(next.run.status.atoms[1]).toMatchObject({ failure: { code: 'INTERRUPTED' }, outcome: 'interrupted' });
    const back = benchOf({ a: {} });
    back.answer('a!');
    back.decide([halt]);
    expect(back.takeOver().said).toEqual(['TAKEOVER a', 'a REVERT_FAILURE', 'RUN CANCELLED']);
  });

  test('code that does not end is left; what it gives later is too late', () => {
    const bench = benchOf({ a: {}, b: {} });
    bench.decide([{ kind: 'graceOver' }]);
    expect(bench.states(), 'it was not cancelled').toBe('a RUNNING, b RUNNING');
    bench.decide([halt]);
    bench.answer('a');
    expect(bench.decide([{ kind: 'graceOver' }])).toEqual(['b INTERRUPTED', 'RUN CANCELLED']);
    expect(bench.run.status.atoms[1]?.failure?.message).toContain("'b' has not ended in the time that it has for that (graceMs)");
    expect(bench.answer('b')).toEqual([]);
  });

  test('is undone after all when it is cancelled again, before its end or after it', () => {
    const before = line();
    before.decide([halt]);
    expect(before.decide([{ kind: 'cancel' }])).toEqual(['CANCEL', 'INTEND REVERT 0-3']);
    expect(before.answer('b')).toEqual(['b SUCCESS', 'b REVERTING']);
    const after = line();
    after.decide([halt]);
    after.answer('b?');
    const next = after.takeOver().bench;
    expect(next.decide([{ kind: 'cancel' }])).toEqual([]);
    const { bench: again } = after.takeOver();
    expect(again.run.status.state, 'a takeover without a message ends it as it was').toBe('CANCELLED');
  });

  test('going on to undo it calls what has failed to be undone again', () => {
    const bench = benchOf({ a: {}, b: { after: ['a'] } });
    for (const done of ['a', 'b!']) bench.answer(done);
    bench.decide([halt]);
    bench.answer('b!');
    expect(bench.decide([{ kind: 'resumed' }, { kind: 'cancel' }])).toEqual([
      'TAKEOVER',
      'RUN RUNNING',
      'CANCEL',
      'b SLEEP',
      'b REVERTING',
    ]);
    expect(bench.answer('b')).toEqual(['b REVERTED', 'a REVERTING']);
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN CANCELLED']);
    expect(standing(bench)).toEqual({ state: 'CANCELLED' });
  });

  test('a snapshot keeps that, and why; the last reason that was given counts', () => {
    const bench = line();
    bench.decide([{ ...halt, reason: 'closed' }]);
    const copy = newRun('r', 3);
    restore(copy, snapshotOf(bench.run.status));
    expect(copy).toMatchObject({ halted: true, cancelled: true, reason: 'closed' });
    bench.decide([{ kind: 'cancel' }]);
    expect(bench.run.status).toMatchObject({ halted: false, cancelled: true, reason: 'closed' });
    bench.run.status.halted = true;
    bench.decide([{ kind: 'cancel', reason: 'open again' }]);
    expect(bench.run.status.reason).toBe('open again');
  });

  test('is told to versions of its format alone; so is why a run was cancelled', () => {
    const format = (transition: Transition): number => formatOf([transition]);
    expect([format(['HALT']), format(['CANCEL']), format(['CANCEL', 'why'])]).toEqual([2, 1, 2]);
  });
});
