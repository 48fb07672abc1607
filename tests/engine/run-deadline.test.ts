import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/engine/decide/decide.js';
import type { CallOutcome } from '../../src/engine/state/protocol.js';
import { plan, play } from './random-runs.js';
import { Bench, compiled } from './runs.js';

const begun = (deadlineMs: number): Bench => {
  const bench = new Bench(compiled({ a: {}, b: { after: ['a'], tuning: { retry: { kind: 'times', attempts: 3 } } } }));
  bench.begin({ deadlineMs });
  bench.answer('a');
  return bench;
};

describe('a run whose time is over', () => {
  test('goes back: what is under way is told to end, and is undone when it has', () => {
    const bench = begun(100);
    expect(bench.pass(99)).toEqual([]);
    expect(bench.slept).toBe(100);
    expect(bench.pass(1)).toEqual(['DEADLINE', 'INTEND REVERT 0-2']);
    expect(bench.answer('b?')).toEqual(['b INTERRUPTED', 'b REVERTING']);
    expect(bench.answer('b')).toEqual(['b REVERTED', 'a REVERTING']);
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN REVERTED']);
  });

  test('that goes back already says nothing of it', () => {
    const bench = begun(100);
    bench.decide([{ kind: 'cancel' }]);
    expect(bench.pass(1_000)).toEqual([]);
  });

  test('and that is about to rest goes back, and rests', () => {
    const bench = begun(100);
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.pass(100)).toEqual(['DEADLINE', 'INTEND REVERT 0-2']);
    expect(bench.answer('b?')).toEqual(['b INTERRUPTED', 'RUN SUSPENDED']);
  });

  test('is not told so by an engine that stops: the next one does it first', () => {
    const bench = begun(100);
    bench.limits = { ...bench.limits, hold: 'stop' };
    expect(bench.pass(100)).toEqual([]);
    const { said } = bench.takeOver(Number.POSITIVE_INFINITY, { nowMs: 100, monotonicMs: 7 });
    expect(said).toEqual(['TAKEOVER b', 'DEADLINE', 'INTEND REVERT 0-2', 'b INTERRUPTED', 'b REVERTING']);
  });
});

const timed = fc.record({ plan, deadlineMs: fc.constantFrom(1, 20, 60, 150, 500), stepMs: fc.constantFrom(0, 1, 7, 30) });

test('it is over once, nothing begins after that, and the run does not succeed', () => {
  fc.assert(
    fc.property(timed, ({ plan: planned, deadlineMs, stepMs }) => {
      const said = playTimed(planned, deadlineMs, stepMs).history.flat();
      const at = said.findIndex(([word]) => word === 'DEADLINE');
      if (at < 0) return;
      const after = said.slice(at + 1).map(([word]) => word);
      expect(after).not.toContain('DEADLINE');
      for (const word of ['RUNNING', 'WAIT', 'TRY_AGAIN', 'HEARD'] as const) expect(after).not.toContain(word);
      expect(said).not.toContainEqual(['RUN', 'SUCCESS']);
    }),
    { numRuns: 500 },
  );
});

test('calls that are over may answer again, also after the deadline: nothing is said of it', () => {
  const end = { kind: 'result' } as const;
  fc.assert(
    fc.property(timed, ({ plan: planned, deadlineMs, stepMs }) => {
      playTimed(planned, deadlineMs, stepMs, (bench) => {
        const before = structuredClone(bench.run.status);
        const outcomes = bench.over.map((call): CallOutcome => ({ ...call, end }));
        const { transitions, late } = decide(bench.run, [{ kind: 'finished', outcomes }], bench.limits);
        expect(transitions).toEqual([]);
        expect(late).toHaveLength(outcomes.length);
        expect(bench.run.status).toEqual(before);
      });
    }),
    { numRuns: 500 },
  );
});

/** Plays it with a deadline, while time passes. */
function playTimed(
  planned: Parameters<typeof play>[0],
  deadlineMs: number,
  stepMs: number,
  look: (bench: Bench) => void = () => undefined,
): Bench {
  return play(
    planned,
    (bench) => {
      if (bench.run.status.state === 'RUNNING') bench.pass(stepMs);
      look(bench);
    },
    (flow) => {
      const bench = new Bench(flow, planned.capacity);
      bench.begin({ deadlineMs });
      return bench;
    },
  );
}
