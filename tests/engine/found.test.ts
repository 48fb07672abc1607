import { describe, expect, test } from 'vitest';
import { decodeEntry, type Entry, encodeEntry, formatOf } from '../../src/persistence/index.js';
import { Bench, compiled, type Node } from './runs.js';

const chain = (a: Node = {}) => compiled({ a, b: { after: ['a'] } });
const REATTACHES = { reattaching: [0] };

/** A run whose engine dies while this is under way, in the hands of another engine. */
function taken(flow = chain(), limits: Partial<Bench['limits']> = {}, before: (bench: Bench) => void = () => undefined) {
  const first = new Bench(flow);
  first.begin();
  before(first);
  return first.takeOver(undefined, { ...REATTACHES, ...limits });
}

const reverting = (bench: Bench): void => {
  bench.answer('a');
  bench.answer('b!');
  bench.answer('b');
};

describe('a call that was under way when its engine died', () => {
  test('is sought before it is lost, and goes on where a place has it: not counted, not called again', () => {
    const { bench, said } = taken();
    expect(said).toEqual(['TAKEOVER a']);
    expect(bench.sought.get('a')).toEqual({ atom: 0, phase: 'execute', round: 1, turn: 1, attempt: 1 });
    expect(bench.run.frontier.inFlight).toBe(1);
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.run.status.atoms[0]).toMatchObject({ state: 'RUNNING', losses: 0, interruptions: 0, lost: false, attempt: 1 });
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
  });

  test('is called again where none has it', () => {
    const { bench } = taken();
    expect(bench.seekEnds('a', false)).toEqual(['a RUNNING']);
    expect(bench.run.status.atoms[0]).toMatchObject({ losses: 1, attempt: 2 });
  });

  test('is not sought where its executor has no such places', () => {
    expect(taken(chain(), { reattaching: undefined }).said).toEqual(['TAKEOVER a', 'a RUNNING']);
  });

  test('goes on though its task says that it is not to be called again', () => {
    for (const onInterrupted of ['revert', 'suspend'] as const) {
      const { bench } = taken(chain({ onInterrupted, maxLosses: 1 }));
      expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
      expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
    }
    const { bench } = taken(chain({ onInterrupted: 'revert' }));
    expect(bench.seekEnds('a', false)).toContain('a INTERRUPTED');
  });

  test('is found in revert, too', () => {
    const { bench } = taken(chain(), {}, reverting);
    expect(bench.sought.get('a')).toMatchObject({ phase: 'revert' });
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN REVERTED']);
  });

  test('is sought anew by each engine, and counted as lost once', () => {
    const { bench } = taken();
    const { bench: third } = bench.takeOver(undefined, REATTACHES);
    expect(third.run.status.atoms[0]).toMatchObject({ losses: 1, lost: true });
    expect(third.seekEnds('a', true)).toEqual(['a FOUND']);
    const { bench: fourth } = third.takeOver(undefined, REATTACHES);
    expect(fourth.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(fourth.run.status.atoms[0]).toMatchObject({ losses: 0 });
  });

  test('may end before the run knows that it goes on: then that is known first', () => {
    const { bench } = taken();
    const call = bench.sought.get('a');
    if (call === undefined) throw new Error('not sought');
    const said = bench.decide([
      { kind: 'sought', call, isFound: true },
      { kind: 'saved', call, data: 1 },
      { kind: 'finished', outcomes: [{ ...call, end: { kind: 'result' } }] },
    ]);
    expect(said).toEqual(['a FOUND', 'a SAVED', 'a SUCCESS', 'b RUNNING']);
  });

  test('counts as under way: nothing begins in its place', () => {
    const two = compiled({ a: {}, b: {} });
    const first = new Bench(two, 1);
    first.begin();
    const { bench } = first.takeOver(1, REATTACHES);
    expect(bench.decide([])).toEqual([]);
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
  });
});

describe('while it is sought', () => {
  test('the run does not rest, and does when that has ended', () => {
    const { bench } = taken(chain(), { hold: 'suspend' });
    expect(bench.decide([])).toEqual([]);
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'RUN SUSPENDED']);
    const { bench: other } = taken(chain(), { hold: 'suspend' });
    expect(other.seekEnds('a', false)).toEqual(['a RUNNING']);
  });

  test('an engine that stops states nothing, and the next one asks again', () => {
    const { bench } = taken(chain({ onInterrupted: 'revert' }));
    bench.limits = { ...bench.limits, hold: 'stop' };
    expect(bench.decide([])).toEqual([]);
    expect(bench.takeOver(undefined, { hold: 'none', ...REATTACHES }).bench.seekEnds('a', true)).toEqual(['a FOUND']);
  });

  test('the run may be cancelled: what is found hears of it, and is undone when it has ended', () => {
    const { bench } = taken();
    expect(bench.decide([{ kind: 'cancel', reason: 'late' }])).toEqual(['CANCEL', 'INTEND REVERT 0-2']);
    bench.aborted.length = 0;
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.aborted).toEqual([{ do: 'abort', atoms: [0], reason: 'late' }]);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'a REVERTING']);
  });

  test('the run may be cancelled: what is not found is unknown, and undone', () => {
    const { bench } = taken();
    bench.decide([{ kind: 'cancel' }]);
    expect(bench.seekEnds('a', false)).toEqual(['a INTERRUPTED', 'a REVERTING']);
  });

  test('the run may be cancelled where it is: what is found is waited for as long as code that was aborted', () => {
    const { bench } = taken();
    expect(bench.decide([{ kind: 'halt' }])).toEqual(['HALT']);
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.aborted.at(-1)).toMatchObject({ atoms: [0], isBounded: true });
    expect(bench.decide([{ kind: 'graceOver' }])).toEqual(['a INTERRUPTED', 'RUN CANCELLED']);
  });

  test('no answer keeps a run from its end that was cancelled where it is; what is found after that is told to end', () => {
    const { bench } = taken();
    bench.decide([{ kind: 'halt' }]);
    expect(bench.decide([{ kind: 'graceOver' }])).toEqual(['a INTERRUPTED', 'RUN CANCELLED']);
    expect(bench.seekEnds('a', true)).toEqual([]);
    expect(bench.aborted.at(-1)).toMatchObject({ atoms: [0] });
  });

  test('the time of the run may be over: what is found is ended for that', () => {
    const first = new Bench(chain());
    first.begin({ deadlineMs: 100 });
    const { bench } = first.takeOver(undefined, REATTACHES);
    expect(bench.pass(200)).toEqual(['DEADLINE', 'INTEND REVERT 0-2']);
    bench.aborted.length = 0;
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.aborted).toEqual([{ do: 'abort', isOverdue: true }]);
  });

  test('a failure elsewhere takes it back: it goes on to its end, and is undone then', () => {
    const { bench } = taken(compiled({ a: {}, b: {} }));
    bench.seekEnds('b', true);
    expect(bench.answer('b!')).toContain('INTEND REVERT 0-2');
    bench.aborted.length = 0;
    expect(bench.seekEnds('a', true)).toEqual(['a FOUND']);
    expect(bench.aborted).toEqual([]);
    expect(bench.answer('a')).toContain('a REVERTING');
  });
});

test('an answer that nobody waits for changes nothing', () => {
  const { bench } = taken();
  const call = bench.sought.get('a');
  bench.seekEnds('a', true);
  if (call === undefined) throw new Error('not sought');
  expect(bench.decide([{ kind: 'sought', call, isFound: false }])).toEqual([]);
  expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
});

test('the word needs the third format, and survives it', () => {
  const transitions = [
    ['FOUND', 0],
    ['FOUND', 1],
  ] as const;
  expect(formatOf(transitions)).toBe(3);
  const entry: Entry = {
    ...{ runId: '0197b7a0-0000-7000-8000-000000000000', seq: 3, epoch: 1, kind: 'step' as const, format: 3, atMs: 1 },
    ...{ writer: '5f0c9a3e-8f0e-4d8a-9a63-3d3f6a1b2c4d', stepId: '000000000001', transitions },
  };
  expect(decodeEntry(encodeEntry(entry), 2)).toEqual(entry);
});
