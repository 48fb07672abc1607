import { describe, expect, test } from 'vitest';
import { decodeEntry, type Entry, encodeEntry, formatOf } from '../../src/persistence/index.js';
import { Bench, compiled, type Node } from './runs.js';

const GONE = { name: 'PlaceGone', message: 'its process has ended' };

/** Lets the place of a call that is under way be gone. */
function lose(bench: Bench, name: string): string[] {
  const command = bench.flying.get(name);
  if (command === undefined) throw new Error(`'${name}' is not called`);
  return bench.decide([{ kind: 'finished', outcomes: [{ ...command, end: { kind: 'lost', failure: GONE } }] }]);
}

const chain = (a: Node = {}) => compiled({ a, b: { after: ['a'] }, c: { after: ['b'] } });

/** A bench of this flow whose first task is called. */
function begun(flow = chain()): Bench {
  const bench = new Bench(flow);
  bench.begin();
  return bench;
}

describe('a call that is lost with its place', () => {
  test('is made again: the same work, another call', () => {
    const bench = begun();
    expect(lose(bench, 'a')).toEqual(['a LOST', 'a RUNNING']);
    expect(bench.flying.get('a')).toMatchObject({ round: 1, turn: 1, attempt: 2, again: true });
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
    expect(bench.run.status.atoms[0]).toMatchObject({ losses: 1, interruptions: 1, lost: false });
  });

  test('so often as its task may be lost, and then it has failed, with what its place said', () => {
    const bench = begun(chain({ maxLosses: 3 }));
    for (let losses = 1; losses < 3; losses++) expect(lose(bench, 'a')).toEqual(['a LOST', 'a RUNNING']);
    expect(lose(bench, 'a')).toEqual(['a LOST', 'a INTERRUPTED', 'INTEND REVERT 0-3', 'a REVERTING']);
    const { failure, outcome } = bench.run.status.atoms[0] ?? {};
    expect(outcome).toBe('interrupted');
    expect(failure).toMatchObject({ code: 'INTERRUPTED', cause: GONE });
    expect(failure?.message).toContain("3 times while 'a' was under way");
  });

  test('deaths of engines count with it', () => {
    const first = begun(chain({ maxLosses: 2 }));
    const { bench } = first.takeOver();
    expect(lose(bench, 'a')).toContain('a INTERRUPTED');
  });

  test('has failed at once where its task says so', () => {
    expect(lose(begun(chain({ onInterrupted: 'revert' })), 'a')).toContain('a INTERRUPTED');
    const bench = begun(chain({ onInterrupted: 'suspend' }));
    lose(bench, 'a');
    expect(bench.limits.hold).toBe('suspend');
  });

  test('while it is undone: its revert is called again', () => {
    const bench = begun();
    bench.answer('a');
    bench.answer('b!');
    bench.answer('b');
    expect(lose(bench, 'a')).toEqual(['a LOST', 'a REVERTING']);
    expect(bench.answer('a')).toContain('RUN REVERTED');
  });

  test('so often that its revert has failed', () => {
    const bench = begun(chain({ maxLosses: 1 }));
    bench.answer('a');
    bench.answer('b!');
    bench.answer('b');
    expect(lose(bench, 'a')).toEqual(['a LOST', 'a REVERT_FAILURE', 'RUN FAILURE']);
  });

  test('is made again before the run rests', () => {
    const bench = begun();
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(lose(bench, 'a')).toEqual(['a LOST', 'a RUNNING']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'RUN SUSPENDED']);
  });

  test('is left to the next engine by one that stops', () => {
    const bench = begun();
    bench.limits = { ...bench.limits, hold: 'stop' };
    expect(lose(bench, 'a')).toEqual(['a LOST']);
    expect(bench.run.frontier.inFlight).toBe(0);
    expect(bench.takeOver(1, { hold: 'none' }).said).toEqual(['TAKEOVER a', 'a RUNNING']);
  });

  test('waits where the app has no slot for it', () => {
    const bench = begun();
    bench.limits = { ...bench.limits, slots: 0 };
    expect(lose(bench, 'a')).toEqual(['a LOST']);
    bench.limits = { ...bench.limits, slots: 1 };
    expect(bench.decide([])).toEqual(['a RUNNING']);
  });

  test('of which an answer comes later: that is told as late', () => {
    const bench = begun();
    const lost = bench.flying.get('a');
    lose(bench, 'a');
    if (lost === undefined) throw new Error('not called');
    expect(bench.decide([{ kind: 'finished', outcomes: [{ ...lost, end: { kind: 'result' } }] }])).toEqual([]);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
  });
});

test('the word needs the second format, and survives it', () => {
  const transitions = [['LOST', 0, GONE]] as const;
  expect(formatOf(transitions)).toBe(2);
  const entry: Entry = {
    ...{ runId: '0197b7a0-0000-7000-8000-000000000000', seq: 3, epoch: 0, kind: 'step' as const, format: 2, atMs: 1 },
    ...{ writer: '5f0c9a3e-8f0e-4d8a-9a63-3d3f6a1b2c4d', stepId: '000000000001', transitions },
  };
  expect(decodeEntry(encodeEntry(entry), 1)).toEqual(entry);
});
