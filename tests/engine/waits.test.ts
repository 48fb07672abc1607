import { describe, expect, test } from 'vitest';
import { ATOM_BEHAVIORS } from '../../src/engine/state/atom-behavior.js';
import { snapshotOf } from '../../src/engine/state/snapshot.js';
import { ATOM_KINDS } from '../../src/model/states.js';
import { Bench, compiled } from './runs.js';

const ok = { kind: 'signal', signal: 'ok' } as const;
/** a, a wait, b. */
const line = (waits: Parameters<typeof compiled>[0][string]['waits'] = ok) =>
  new Bench(compiled({ a: {}, w: { after: ['a'], ...(waits && { waits }) }, b: { after: ['w'] } }));

function waiting(waits?: Parameters<typeof line>[0]): Bench {
  const bench = line(waits);
  bench.begin();
  bench.answer('a');
  return bench;
}

describe('a wait for a signal', () => {
  test('begins without a call, hears what comes, and lets the run go on in the same step', () => {
    const bench = line();
    bench.begin();
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'w WAIT']);
    expect(bench.flying.size).toBe(0);
    expect(bench.signal('ok')).toEqual(['SIGNAL ok', 'w HEARD', 'b RUNNING']);
    expect(bench.answer('b')).toEqual(['b SUCCESS', 'RUN SUCCESS']);
  });

  test('hears what came before it began, and what came first', () => {
    const flow = compiled({ a: {}, v: { after: ['a'], waits: ok }, w: { after: ['v'], waits: ok }, b: { after: ['w'] } });
    const bench = new Bench(flow);
    bench.begin();
    expect(bench.signal('ok', 1)).toEqual(['SIGNAL ok']);
    expect(bench.signal('other', 2)).toEqual(['SIGNAL other']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'v WAIT', 'v HEARD', 'w WAIT']);
    expect(bench.signal('ok', 3)).toEqual(['SIGNAL ok', 'w HEARD', 'b RUNNING']);
    expect(bench.run.status.signals).toEqual([{ name: 'other', id: 'm1', payload: 2 }]);
  });

  test('is heard by the first that waits, in the order of the flow, and by one only', () => {
    const bench = new Bench(compiled({ v: { waits: ok }, w: { waits: ok } }));
    bench.begin();
    expect(bench.signal('ok')).toEqual(['SIGNAL ok', 'v HEARD']);
    expect(bench.signal('ok')).toEqual(['SIGNAL ok', 'w HEARD', 'RUN SUCCESS']);
  });

  test('a signal that is sent again under its id is none, also after another engine has the run', () => {
    const bench = waiting();
    bench.signal('other', 1, 'twice');
    expect(bench.signal('other', 1, 'twice')).toEqual([]);
    const next = bench.takeOver().bench;
    expect(next.signal('ok', 1, 'twice')).toEqual([]);
    expect(next.signal('ok', 1, 'once')).toEqual(['SIGNAL ok', 'w HEARD', 'b RUNNING']);
  });

  test('a schema is asked what it makes of a signal; one that it refuses is gone, and the wait goes on', () => {
    const bench = waiting({ ...ok, judged: true });
    expect(bench.signal('ok', 'bad')).toEqual(['SIGNAL ok']);
    expect(bench.signal('ok', 'good')).toEqual(['SIGNAL ok']);
    expect(bench.asked).toHaveLength(1);
    expect(bench.judge('refused')).toEqual(['w UNHEARD']);
    expect(bench.judge({ value: 'GOOD' })).toEqual(['w HEARD', 'b RUNNING']);
    expect(bench.run.status.atoms[1]?.result).toEqual({ value: 'GOOD' });
    expect(bench.run.status.signals).toEqual([]);
  });

  test('another engine asks again what a schema had not answered', () => {
    const bench = waiting({ ...ok, judged: true });
    bench.signal('ok', 1);
    const next = bench.takeOver().bench;
    expect(next.asked).toHaveLength(1);
    expect(next.judge({ value: 1 })).toEqual(['w HEARD', 'b RUNNING']);
  });

  test('of several waits of one name none is asked about a signal that another one may hear', () => {
    const judged = { ...ok, judged: true } as const;
    const bench = new Bench(compiled({ v: { waits: judged }, w: { waits: judged } }));
    bench.begin();
    bench.signal('ok', 1);
    bench.signal('ok', 2);
    expect(bench.asked).toHaveLength(1);
    expect(bench.judge({ value: 1 })).toEqual(['v HEARD']);
    expect(bench.judge({ value: 2 })).toEqual(['w HEARD', 'RUN SUCCESS']);
  });

  test('fails when its time is over, and the run goes back', () => {
    const bench = waiting({ ...ok, timeoutMs: 100 });
    expect(bench.slept).toBe(100);
    expect(bench.pass(99)).toEqual([]);
    expect(bench.pass(1)).toEqual(['w FAILURE', 'INTEND REVERT 0-3', 'w REVERTING', 'w REVERTED', 'a REVERTING']);
    expect(bench.run.status.atoms[1]?.failure?.code).toBe('WAIT_TIMEOUT');
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN REVERTED']);
  });

  test('gives its fallback when its time is over', () => {
    const bench = waiting({ ...ok, judged: true, timeoutMs: 100, fallback: { value: 7 } });
    expect(bench.pass(100)).toEqual(['w SUCCESS', 'b RUNNING']);
    expect(bench.run.status.atoms[1]?.result).toEqual({ value: 7 });
  });

  test('a fallback that can’t be stored is its failure', () => {
    const bench = waiting({ ...ok, judged: true, timeoutMs: 1, fallback: { value: () => undefined } });
    expect(bench.pass(1)[0]).toBe('w FAILURE');
    expect(bench.run.status.atoms[1]?.failure?.code).toBe('NOT_STORABLE');
  });

  test('hears the signal that comes with the end of its time, and not one whose schema answers after it', () => {
    const bench = waiting({ ...ok, timeoutMs: 100 });
    bench.limits = { ...bench.limits, nowMs: 100, monotonicMs: 100 };
    expect(bench.signal('ok')).toEqual(['SIGNAL ok', 'w HEARD', 'b RUNNING']);
    const late = waiting({ ...ok, judged: true, timeoutMs: 100, fallback: { value: 0 } });
    late.signal('ok', 1);
    expect(late.pass(100)).toEqual(['w SUCCESS', 'b RUNNING']);
    expect(late.judge({ value: 1 })).toEqual([]);
    expect(late.run.status.signals).toHaveLength(1);
  });

  test('waits for ever where its time is Infinity', () => {
    expect(waiting({ ...ok, timeoutMs: Number.POSITIVE_INFINITY }).slept).toBeUndefined();
  });
});

describe('sleep', () => {
  test('goes on when its time has come, and for the rest of it in another engine', () => {
    const bench = waiting({ kind: 'sleep', ms: 100 });
    expect(bench.pass(60)).toEqual([]);
    const next = bench.takeOver(undefined, { nowMs: 60, monotonicMs: 5_000 }).bench;
    expect(next.slept).toBe(5_040);
    expect(next.pass(40)).toEqual(['w SUCCESS', 'b RUNNING']);
  });

  test('of no time goes on at once', () => {
    const bench = line({ kind: 'sleep', ms: 0 });
    bench.begin();
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'w WAIT', 'w SUCCESS', 'b RUNNING']);
  });

  test('of a value that is none fails', () => {
    const bench = line({ kind: 'sleepFor', value: 'ms' });
    bench.begin();
    expect(bench.answer('a').slice(0, 3)).toEqual(['a SUCCESS', 'w WAIT', 'w FAILURE']);
    expect(bench.run.status.atoms[1]?.failure?.code).toBe('BAD_TIME');
  });
});

describe('going back', () => {
  test('withdraws a wait at once, beside a sibling that runs on', () => {
    const bench = new Bench(compiled({ a: {}, b: {}, w: { waits: ok } }));
    bench.begin();
    expect(bench.answer('a!')).toEqual(['a FAILURE', 'INTEND REVERT 0-3', 'w REVERTED', 'a REVERTING']);
    expect(bench.states()).toBe('a REVERTING, b RUNNING, w REVERTED');
  });

  test('a signal that comes then is kept, and heard by nobody', () => {
    const bench = new Bench(compiled({ a: {}, b: {}, w: { waits: ok } }));
    bench.begin();
    bench.answer('a!');
    expect(bench.signal('ok')).toEqual(['SIGNAL ok']);
    bench.answer('a');
    bench.answer('b');
    expect(bench.answer('b')).toEqual(['b REVERTED', 'RUN REVERTED']);
  });

  test('a cancelled run whose only open node waits ends', () => {
    const bench = waiting();
    expect(bench.decide([{ kind: 'cancel' }])).toEqual(['CANCEL', 'INTEND REVERT 0-3', 'w REVERTED', 'a REVERTING']);
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN CANCELLED']);
  });

  test('what a schema says of a signal then is not heard', () => {
    const bench = waiting({ ...ok, judged: true });
    bench.signal('ok', 1);
    bench.decide([{ kind: 'cancel' }]);
    expect(bench.judge({ value: 1 })).toEqual([]);
  });

  test('a retry waits for another signal, and what was not heard is still there', () => {
    const flow = compiled({ r: { retries: { last: 'b', attempts: 2 } }, w: { after: ['r'], waits: ok }, b: { after: ['w'] } });
    const bench = new Bench(flow);
    bench.begin();
    bench.signal('ok', 1);
    bench.signal('ok', 2);
    bench.answer('b!');
    expect(bench.answer('b')).toEqual(['b REVERTED', 'w REVERTING', 'w REVERTED', 'r RETRYING', 'RESET 1-3', 'INTEND EXECUTE 0-1', 'r ATTEMPT', 'w WAIT', 'w HEARD', 'b RUNNING']); // biome-ignore format: one step
    expect(bench.run.status.atoms[1]).toMatchObject({ state: 'SUCCESS', round: 2 });
    expect(bench.run.status.signals).toEqual([]);
  });

  test('a retry withdraws a wait beside what failed, and lets it begin anew', () => {
    const flow = compiled({
      r: { retries: { last: 'w', attempts: 2 } },
      b: { after: ['r'] },
      w: { after: ['r'], waits: { ...ok, timeoutMs: 100 } },
    });
    const bench = new Bench(flow);
    bench.begin();
    bench.pass(50);
    expect(bench.answer('b!')).toContain('w REVERTED');
    expect(bench.answer('b')).toContain('w WAIT');
    expect(bench.run.status.atoms[2]?.wakeAtMs).toBe(150);
    expect(bench.pass(50)).toEqual([]);
  });

  test('an optional wait that is not answered is left out', () => {
    const flow = compiled({ w: { waits: { ...ok, timeoutMs: 10 } }, b: { after: ['w'] } }, [['w', 'w']]);
    const bench = new Bench(flow);
    bench.begin();
    expect(bench.pass(10)).toEqual(['w FAILURE', 'INTEND IGNORE 0-1', 'w REVERTING', 'w REVERTED', 'w IGNORE', 'b RUNNING']);
  });

  test('a wait in an optional node that fails beside it is withdrawn and left out', () => {
    const flow = compiled({ a: {}, w: { waits: ok }, b: { after: ['a', 'w'] } }, [['a', 'w']]);
    const bench = new Bench(flow);
    bench.begin();
    expect(bench.answer('a!')).toEqual(['a FAILURE', 'INTEND IGNORE 0-2', 'w REVERTED', 'w IGNORE', 'a REVERTING']);
    expect(bench.answer('a')).toEqual(['a REVERTED', 'a IGNORE', 'b RUNNING']);
  });
});

describe('a run that waits', () => {
  test('rests when it is suspended, and goes on with what came meanwhile', () => {
    const bench = waiting();
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.decide([])).toEqual(['RUN SUSPENDED']);
    const { bench: next, said } = bench.takeOver();
    expect(said).toEqual(['TAKEOVER', 'RUN RUNNING']);
    expect(next.signal('ok')).toEqual(['SIGNAL ok', 'w HEARD', 'b RUNNING']);
  });

  test('keeps a signal that comes while it is being suspended, and hears it later', () => {
    const bench = new Bench(compiled({ a: {}, w: { waits: ok } }));
    bench.begin();
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.signal('ok')).toEqual(['SIGNAL ok']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'RUN SUSPENDED']);
    expect(bench.takeOver().said).toEqual(['TAKEOVER', 'RUN RUNNING', 'w HEARD', 'RUN SUCCESS']);
  });

  test('begins no wait when its journal is full: it goes back', () => {
    const bench = line();
    bench.limits = { ...bench.limits, maxSteps: 1 };
    bench.begin();
    expect(bench.answer('a').slice(0, 4)).toEqual(['a SUCCESS', 'w WAIT', 'w FAILURE', 'INTEND REVERT 0-3']);
  });

  test('a decider that throws about a wait is its failure', () => {
    const bench = new Bench(compiled({ a: {}, w: { after: ['a'], waits: ok, decider: { reach: 'atom' } } }));
    bench.begin();
    bench.answer('a');
    expect(bench.vote('nonsense').slice(0, 2)).toEqual(['w WAIT', 'w FAILURE']);
  });

  test('is skipped by a decider like others', () => {
    const bench = new Bench(compiled({ a: {}, w: { after: ['a'], waits: ok, decider: { reach: 'atom' } }, b: { after: ['w'] } }));
    bench.begin();
    bench.answer('a');
    expect(bench.vote(false)).toEqual(['w VOTE', 'w IGNORE', 'b RUNNING']);
  });

  test('forgets its signals with a reset, and the ids of them', () => {
    const bench = waiting();
    bench.signal('other', 1);
    bench.limits = { ...bench.limits, hold: 'suspend' };
    bench.decide([]);
    bench.decide([{ kind: 'reset' }]);
    expect(bench.run.status).toMatchObject({ signals: [], signalIds: [] });
  });

  test('is stored whole in a snapshot, of the format that has its words', () => {
    const bench = waiting({ ...ok, timeoutMs: 10 });
    bench.signal('other', 1);
    expect(bench.run.status.format).toBe(2);
    expect(snapshotOf(bench.run.status)).toMatchObject({ signals: [{ name: 'other', payload: 1 }], signalIds: ['m0'] });
  });
});

test('the kinds of atoms that stored flows may have are those that engines know', () => {
  expect([...ATOM_KINDS].sort()).toEqual(Object.keys(ATOM_BEHAVIORS).sort());
});
