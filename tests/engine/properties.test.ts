import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../src/engine/decide/decide.js';
import type { ActiveRun } from '../../src/engine/decide/run.js';
import { Frontier } from '../../src/engine/frontier/frontier.js';
import { beginEntry, foldTransition } from '../../src/engine/state/fold.js';
import type { CallOutcome } from '../../src/engine/state/protocol.js';
import { type AtomStatus, newRun } from '../../src/engine/state/run-status.js';
import { restore, snapshotOf } from '../../src/engine/state/snapshot.js';
import { plan, play } from './random-runs.js';

test('the state is the fold of the journal, at every step', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run, history, times, flow }) => {
        const folded = newRun('r', flow.atoms.length);
        for (const [index, step] of history.entries()) {
          beginEntry(folded, times[index] as number);
          for (const transition of step) {
            if (transition[0] === 'TAKEOVER') folded.epoch++;
            foldTransition(folded, transition);
          }
        }
        expect(folded).toEqual(run.status);
      });
    }),
  );
});

test('a snapshot is worth the journal before it', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run, flow }) => {
        const restored = newRun('r', flow.atoms.length);
        const { seq, epoch, atMs, format } = run.status;
        Object.assign(restored, { seq, epoch, atMs, format });
        restore(restored, JSON.parse(JSON.stringify(snapshotOf(run.status))));
        expect(restored).toEqual(run.status);
      });
    }),
  );
});

test('the frontier that is kept by counting is the one that is built anew', () => {
  const seen = ({ frontier }: ActiveRun): unknown => [
    frontier.called,
    frontier.bringsBack,
    frontier.forward.first(),
    frontier.back.first(),
    frontier.nextLeftOut(),
    frontier.nextWithdrawn(),
    frontier.waits,
    frontier.lost.first(),
    frontier.nextUnsettled(),
    frontier.nextWakeUp({ nowMs: 0, monotonicMs: 0 })?.atMs,
  ];
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run }) =>
        expect(seen({ ...run, frontier: new Frontier(run.flow, run.status, undefined, run.frontier.sought) })).toEqual(seen(run)),
      );
    }),
  );
});

test('a call that is over may answer again, and again: nothing is said of it', () => {
  const failure = { name: 'Error', message: 'late' };
  fc.assert(
    fc.property(plan, fc.constantFrom('result' as const, 'failure' as const, 'interrupted' as const), (planned, kind) => {
      play(planned, (bench) => {
        const before = structuredClone(bench.run.status);
        const outcomes = bench.over.map((call): CallOutcome => ({ ...call, end: kind === 'result' ? { kind } : { kind, failure } }));
        const { transitions, commands, late } = decide(bench.run, [{ kind: 'finished', outcomes }], bench.limits);
        expect(transitions).toEqual([]);
        expect(commands.filter(({ do: what }) => what === 'call' || what === 'ask')).toEqual([]);
        expect(late).toHaveLength(outcomes.length);
        expect(bench.run.status).toEqual(before);
      });
    }),
    { numRuns: 1_000 },
  );
});

test('nothing runs before what it waits for, nothing is undone before what came after it', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run: { flow, status } }) => {
        status.atoms.forEach(({ state }, index) => {
          if (state === 'PENDING' || state === 'REVERTED' || state === 'IGNORE') return;
          for (const before of flow.graph.predecessors[index] ?? []) {
            const { state, tried } = status.atoms[before] as AtomStatus;
            // A retry whose decision failed had let its flow begin before.
            const letBegin = state === 'FAILURE' && tried.length > 0;
            if (!letBegin) expect(['SUCCESS', 'IGNORE']).toContain(state);
          }
        });
      });
    }),
  );
});
