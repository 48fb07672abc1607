import { describe, expect, test } from 'vitest';
import type { Tuning } from '../../src/authoring/index.js';
import { snapshotOf } from '../../src/engine/state/snapshot.js';
import { Bench, compiled, type Node } from './runs.js';

const paused: Tuning = { retry: { kind: 'times', attempts: 3, backoff: { delayMs: 100, factor: 2, maxMs: 1_000, jitter: 0 } } };
const atOnce: Tuning = { retry: { kind: 'times', attempts: 2 } };
/** a, then b, which has attempts of its own. */
const line = (tuning: Tuning, node: Node = {}) => new Bench(compiled({ a: {}, b: { after: ['a'], tuning, ...node } }));

function failed(tuning: Tuning = paused, node?: Node): Bench {
  const bench = line(tuning, node);
  bench.begin();
  bench.answer('a');
  expect(bench.answer('b!')).toContain('b TRY_AGAIN');
  return bench;
}

describe('attempts of a task', () => {
  test('follow each other after pauses, while nothing else is undone', () => {
    const bench = failed();
    expect(bench.slept).toBe(100);
    expect(bench.flying.size).toBe(0);
    expect(bench.pass(99)).toEqual([]);
    expect(bench.pass(1)).toEqual(['b RUNNING']);
    expect(bench.answer('b!')).toEqual(['b TRY_AGAIN']);
    expect(bench.slept).toBe(300);
    expect(bench.pass(200)).toEqual(['b RUNNING']);
    expect(bench.flying.get('b')).toMatchObject({ round: 1, turn: 3, attempt: 3 });
    expect(bench.answer('b')).toEqual(['b SUCCESS', 'RUN SUCCESS']);
    expect(bench.run.status.atoms[1]).toMatchObject({ failure: undefined, overcome: { message: 'b' }, executions: 3 });
  });

  test('are over when there are none left: then it has failed', () => {
    const bench = line(atOnce);
    bench.begin();
    bench.answer('a');
    expect(bench.answer('b!')).toEqual(['b TRY_AGAIN', 'b RUNNING']);
    expect(bench.answer('b!').slice(0, 2)).toEqual(['b FAILURE', 'INTEND REVERT 0-2']);
  });

  test('begin anew when a retry around it begins anew', () => {
    const bench = new Bench(compiled({ r: { retries: { last: 'b', attempts: 2 } }, b: { after: ['r'], tuning: atOnce } }));
    bench.begin();
    bench.answer('b!');
    bench.answer('b!');
    expect(bench.answer('b').at(-1)).toBe('b RUNNING');
    expect(bench.flying.get('b')).toMatchObject({ round: 2, turn: 1 });
    expect(bench.answer('b!')).toEqual(['b TRY_AGAIN', 'b RUNNING']);
  });

  test('end with a failure that is permanent, or final for the task', () => {
    const bench = line(paused);
    bench.begin();
    bench.answer('a');
    expect(bench.answer('b!!')[0]).toBe('b FAILURE');
    const other = line(paused);
    other.begin();
    other.answer('a');
    const call = other.flying.get('b');
    const failure = { name: 'PermanentError', message: 'no', permanent: true } as const;
    expect(other.decide([{ kind: 'finished', outcomes: [{ ...(call as NonNullable<typeof call>), end: { kind: 'failure', failure } }] }])[0]).toBe('b FAILURE'); // biome-ignore format: one line
  });

  test('follow an end that nobody knows, where the task may be called again then; its revert is told so', () => {
    const bench = line(atOnce);
    bench.begin();
    bench.answer('a');
    expect(bench.answer('b?')).toEqual(['b TRY_AGAIN', 'b RUNNING']);
    bench.answer('b!');
    expect(bench.run.status.atoms[1]).toMatchObject({ outcome: 'failure', interruptions: 1 });
    const once = line(atOnce, { onInterrupted: 'revert' });
    once.begin();
    once.answer('a');
    expect(once.answer('b?')[0]).toBe('b INTERRUPTED');
  });

  test('are not begun for what is to be undone', () => {
    const bench = new Bench(compiled({ a: {}, b: { tuning: paused } }));
    bench.begin();
    bench.answer('a!');
    expect(bench.answer('b!')).toEqual(['b FAILURE', 'b REVERTING']);
  });

  test('a run that goes back does not wait for a pause: the task is reverted', () => {
    const bench = new Bench(compiled({ a: {}, b: { tuning: paused } }));
    bench.begin();
    bench.answer('b!');
    expect(bench.answer('a!')).toEqual(['a FAILURE', 'INTEND REVERT 0-2', 'b REVERTING', 'a REVERTING']);
    expect(bench.answer('a', 'b').at(-1)).toBe('RUN REVERTED');
    expect(failed().decide([{ kind: 'cancel' }])).toEqual(['CANCEL', 'INTEND REVERT 0-2', 'b REVERTING']);
  });
});

describe('a pause between two attempts', () => {
  test('goes on after a crash for the rest of it', () => {
    const bench = failed();
    bench.pass(40);
    const { bench: next, said } = bench.takeOver(undefined, { nowMs: 40, monotonicMs: 7 });
    expect(said).toEqual(['TAKEOVER']);
    expect(next.slept).toBe(67);
    expect(next.pass(59)).toEqual([]);
    expect(next.pass(1)).toEqual(['b RUNNING']);
    expect(next.flying.get('b')).toMatchObject({ turn: 2, attempt: 2, again: false });
  });

  test('lets the run be suspended at once, and goes on when it does', () => {
    const bench = failed();
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.decide([])).toEqual(['RUN SUSPENDED']);
    const { bench: next, said } = bench.takeOver(undefined, { nowMs: 500 });
    expect(said).toEqual(['TAKEOVER', 'RUN RUNNING', 'b RUNNING']);
    expect(next.answer('b')).toEqual(['b SUCCESS', 'RUN SUCCESS']);
  });

  test('is over for a call that was written and not made: it is due at once', () => {
    const bench = failed();
    bench.pass(100);
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.decide([{ kind: 'notStarted', atoms: [1] }])).toEqual(['b WITHDRAWN', 'RUN SUSPENDED']);
    expect(bench.run.status.atoms[1]).toMatchObject({ state: 'RETRYING', wakeAtMs: undefined, attempt: 1, executions: 1 });
    const { said } = bench.takeOver(undefined, { nowMs: 100 });
    expect(said).toEqual(['TAKEOVER', 'RUN RUNNING', 'b RUNNING']);
  });

  test('of a run that is suspended while a second call of an attempt is withdrawn, keeps that the first one was lost', () => {
    const bench = failed();
    bench.pass(100);
    const { bench: next, said } = bench.takeOver(undefined, { nowMs: 100 });
    expect(said).toEqual(['TAKEOVER b', 'b RUNNING']);
    expect(next.flying.get('b')).toMatchObject({ turn: 2, attempt: 3, again: true });
    next.decide([{ kind: 'notStarted', atoms: [1] }]);
    expect(next.run.status.atoms[1]).toMatchObject({ state: 'RUNNING', attempt: 3 });
  });

  test('waits for a slot, too', () => {
    const bench = new Bench(compiled({ a: { tuning: paused }, b: {} }), 1);
    bench.begin();
    expect(bench.answer('a!')).toEqual(['a TRY_AGAIN', 'b RUNNING']);
    expect(bench.pass(100)).toEqual([]);
    expect(bench.answer('b')).toEqual(['b SUCCESS', 'a RUNNING']);
  });
});

test('the end of an attempt that comes twice, or late, is dropped', () => {
  const bench = failed(atOnce);
  const [, first] = bench.over;
  expect(first).toMatchObject({ turn: 1 });
  expect(bench.decide([{ kind: 'finished', outcomes: [{ ...(first as NonNullable<typeof first>), end: { kind: 'result' } }] }])).toEqual(
    [],
  );
  expect(bench.states()).toBe('a SUCCESS, b RUNNING');
});

test('a journal that is full lets no attempt begin', () => {
  const bench = failed();
  bench.limits = { ...bench.limits, maxSteps: bench.run.status.seq };
  expect(bench.pass(100).slice(0, 2)).toEqual(['b RUNNING', 'b FAILURE']);
  expect(bench.run.status.atoms[1]?.failure?.code).toBe('JOURNAL_FULL');
});

test('a snapshot has all of it', () => {
  const [, atom] = (snapshotOf(failed().run.status) as { readonly atoms: readonly (readonly [number, object])[] }).atoms[1] ?? [];
  expect(atom).toMatchObject({ state: 'RETRYING', turns: 1, callsBefore: 1, wakeAtMs: 100, outcome: 'failure' });
});
