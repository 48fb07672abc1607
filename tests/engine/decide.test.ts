import { describe, expect, test } from 'vitest';
import type { CallCommand } from '../../src/engine/state/protocol.js';
import { Bench, compiled } from './runs.js';

const linear = compiled({ a: {}, b: { after: ['a'] }, c: { after: ['b'] } });
const fan = compiled({
  start: {},
  x: { after: ['start'] },
  y: { after: ['start'] },
  z: { after: ['start'] },
  end: { after: ['x', 'y', 'z'] },
});

describe('forward', () => {
  test('the step that ends an atom starts the next one', () => {
    const bench = new Bench(linear);
    expect(bench.begin()).toEqual(['CREATED', 'RUN RUNNING', 'a RUNNING']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
    expect(bench.answer('b')).toEqual(['b SUCCESS', 'c RUNNING']);
    expect(bench.answer('c')).toEqual(['c SUCCESS', 'RUN SUCCESS']);
  });

  test('an empty flow ends with its first step', () => {
    expect(new Bench(compiled({})).begin()).toEqual(['CREATED', 'RUN RUNNING', 'RUN SUCCESS']);
  });

  test('everything that is ready starts, by priority and then by definition', () => {
    const flow = compiled({ low: { priority: -1 }, first: {}, high: { priority: 9 }, second: {} });
    expect(new Bench(flow).begin().slice(2)).toEqual(['high RUNNING', 'first RUNNING', 'second RUNNING', 'low RUNNING']);
  });

  test('only as many start as there are slots', () => {
    const bench = new Bench(fan, 2);
    bench.begin();
    expect(bench.answer('start')).toEqual(['start SUCCESS', 'x RUNNING', 'y RUNNING']);
    expect(bench.answer('y')).toEqual(['y SUCCESS', 'z RUNNING']);
    expect(bench.answer('z', 'x')).toEqual(['x SUCCESS', 'z SUCCESS', 'end RUNNING']);
  });

  test('several that finished at once are taken in definition order, whoever was first', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    expect(bench.answer('z', 'x', 'y')).toEqual(['x SUCCESS', 'y SUCCESS', 'z SUCCESS', 'end RUNNING']);
  });

  test('an answer that nobody waits for says nothing', () => {
    const bench = new Bench(linear);
    bench.begin();
    const late = { atom: 0, phase: 'execute', round: 1, turn: 1, attempt: 7, end: { kind: 'result' } } as const;
    expect(bench.decide([{ kind: 'finished', outcomes: [late] }])).toEqual([]);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
  });

  test('what execute says after it was given up is not what its revert says', () => {
    const bench = new Bench(linear);
    bench.begin();
    const call = bench.flying.get('a') as CallCommand;
    expect(bench.answer('a?')).toEqual(['a INTERRUPTED', 'INTEND REVERT 0-3', 'a REVERTING']);
    expect(bench.decide([{ kind: 'finished', outcomes: [{ ...call, end: { kind: 'result' } }] }])).toEqual([]);
    expect(bench.decide([{ kind: 'saved', call, data: 'late' }])).toEqual([]);
    expect(bench.states()).toBe('a REVERTING, b PENDING, c PENDING');
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN REVERTED']);
  });
});

describe('back', () => {
  test('the failed atom is reverted first, then the others in reverse order', () => {
    const bench = new Bench(linear);
    bench.begin();
    bench.answer('a');
    expect(bench.answer('b!')).toEqual(['b FAILURE', 'INTEND REVERT 0-3', 'b REVERTING']);
    expect(bench.answer('b')).toEqual(['b REVERTED', 'a REVERTING']);
    expect(bench.answer('a')).toEqual(['a REVERTED', 'RUN REVERTED']);
    expect(bench.states()).toBe('a REVERTED, b REVERTED, c PENDING');
  });

  test('what has no revert is undone without a call or a step of its own', () => {
    const flow = compiled({ a: { revert: false }, b: { after: ['a'], revert: false } });
    const bench = new Bench(flow);
    bench.begin();
    bench.answer('a');
    expect(bench.answer('b!').slice(2)).toEqual(['b REVERTING', 'b REVERTED', 'a REVERTING', 'a REVERTED', 'RUN REVERTED']);
  });

  test('siblings under way end first; what succeeded is then undone (R-13.4)', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    expect(bench.answer('x!')).toEqual(['x FAILURE', 'INTEND REVERT 0-5', 'x REVERTING']);
    expect(bench.answer('y', 'x')).toEqual(['x REVERTED', 'y SUCCESS', 'y REVERTING']);
    expect(bench.answer('y')).toEqual(['y REVERTED']);
    expect(bench.answer('z!')).toEqual(['z FAILURE', 'z REVERTING']);
    expect(bench.answer('z')).toEqual(['z REVERTED', 'start REVERTING']);
    expect(bench.answer('start')).toEqual(['start REVERTED', 'RUN REVERTED']);
  });

  test('several that failed at once are resolved once', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    expect(bench.answer('z!', 'y', 'x!')).toEqual([
      'x FAILURE',
      'y SUCCESS',
      'z FAILURE',
      'INTEND REVERT 0-5',
      'z REVERTING',
      'y REVERTING',
      'x REVERTING',
    ]);
  });

  test('a revert that fails blocks what is before it, other branches go on, the run ends FAILURE (D-7)', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    bench.answer('x', 'y', 'z!');
    expect(bench.answer('y!')).toEqual(['y REVERT_FAILURE']);
    expect(bench.answer('x', 'z')).toEqual(['x REVERTED', 'z REVERTED', 'RUN FAILURE']);
    expect(bench.states()).toBe('start SUCCESS, x REVERTED, y REVERT_FAILURE, z REVERTED, end PENDING');
  });
});

describe('retry', () => {
  const flow = compiled({
    before: {},
    retry: { after: ['before'], retries: { last: 'b', attempts: 2 } },
    a: { after: ['retry'] },
    b: { after: ['retry'] },
    after: { after: ['a', 'b'] },
  });

  test('undoes its flow, starts over, and gives up after its attempts: the whole run goes back (D-1)', () => {
    const bench = new Bench(flow);
    bench.begin();
    expect(bench.answer('before')).toEqual(['before SUCCESS', 'retry ATTEMPT', 'a RUNNING', 'b RUNNING']);
    expect(bench.answer('a!')).toEqual(['a FAILURE', 'INTEND RETRY 1-2', 'INTEND REVERT 2-4', 'a REVERTING']);
    expect(bench.answer('a', 'b')).toEqual(['a REVERTED', 'b SUCCESS', 'b REVERTING']);
    expect(bench.answer('b')).toEqual([
      'b REVERTED',
      'retry RETRYING',
      'RESET 2-4',
      'INTEND EXECUTE 1-2',
      'retry ATTEMPT',
      'a RUNNING',
      'b RUNNING',
    ]);
    expect(bench.answer('a!', 'b!')).toEqual(['a FAILURE', 'b FAILURE', 'INTEND REVERT 0-5', 'b REVERTING', 'a REVERTING']);
    expect(bench.answer('a', 'b')).toEqual(['a REVERTED', 'b REVERTED', 'retry REVERTING', 'retry REVERTED', 'before REVERTING']);
    expect(bench.answer('before')).toEqual(['before REVERTED', 'RUN REVERTED']);
  });

  test('a failure that trying again can’t help asks nobody', () => {
    const bench = new Bench(flow);
    bench.begin();
    bench.answer('before');
    const call = bench.flying.get('a') as CallCommand;
    const failure = { name: 'PermanentError', message: 'no', permanent: true } as const;
    expect(bench.decide([{ kind: 'finished', outcomes: [{ ...call, end: { kind: 'failure', failure } }] }])).toEqual([
      'a FAILURE',
      'INTEND REVERT 0-5',
      'a REVERTING',
    ]);
  });

  test('an inner retry has a fresh budget in each outer attempt (R-13.14)', () => {
    const nested = compiled({
      outer: { retries: { last: 'task', attempts: 2 } },
      inner: { after: ['outer'], retries: { last: 'task', attempts: 2 } },
      task: { after: ['inner'], revert: false },
    });
    const bench = new Bench(nested);
    bench.begin();
    const executions = (): number => bench.run.status.atoms[2]?.executions ?? 0;
    for (let call = 1; call <= 4; call++) {
      expect(executions()).toBe(call);
      bench.answer('task!');
    }
    expect(bench.run.status.state).toBe('REVERTED');
    expect(executions()).toBe(4);
  });
});

describe('suspension', () => {
  test('starts nothing more and states SUSPENDED when nothing is under way', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.answer('x')).toEqual(['x SUCCESS']);
    expect(bench.answer('y', 'z')).toEqual(['y SUCCESS', 'z SUCCESS', 'RUN SUSPENDED']);
    const { said } = bench.takeOver();
    expect(said).toEqual(['TAKEOVER', 'RUN RUNNING', 'end RUNNING']);
  });

  test('what was marked and not called is withdrawn, in the same round', () => {
    const bench = new Bench(linear);
    bench.begin();
    bench.answer('a');
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.decide([{ kind: 'notStarted', atoms: [1] }])).toEqual(['b WITHDRAWN', 'RUN SUSPENDED']);
    expect(bench.states()).toBe('a SUCCESS, b PENDING, c PENDING');
    const { bench: next } = bench.takeOver();
    expect(next.run.status.atoms[1]).toMatchObject({ state: 'RUNNING', round: 1, attempt: 1, executions: 1 });
  });

  test('a run that is at its end ends, whoever wants to suspend it', () => {
    const bench = new Bench(compiled({ a: {} }));
    bench.begin();
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'RUN SUCCESS']);
  });

  test('a stop states nothing: the run stays RUNNING for others', () => {
    const bench = new Bench(linear);
    bench.begin();
    bench.limits = { ...bench.limits, hold: 'stop' };
    expect(bench.answer('a')).toEqual(['a SUCCESS']);
    expect(bench.takeOver().said).toEqual(['TAKEOVER', 'b RUNNING']);
  });
});

describe('takeover', () => {
  test('what was in flight is called again with the same round and the next attempt', () => {
    const bench = new Bench(linear);
    bench.begin();
    const { bench: next, said } = bench.takeOver();
    expect(said).toEqual(['TAKEOVER a', 'a RUNNING']);
    expect(next.run.status.atoms[0]).toMatchObject({ round: 1, attempt: 2, losses: 1 });
    expect(next.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
  });

  test('an engine with fewer slots calls them one after the other', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    const { bench: next, said } = bench.takeOver(1);
    expect(said).toEqual(['TAKEOVER x y z', 'x RUNNING']);
    expect(next.answer('x!')).toEqual(['x FAILURE', 'INTEND REVERT 0-5', 'y INTERRUPTED', 'z INTERRUPTED', 'z REVERTING']);
  });

  test('what was running while the run went back is not executed again, its revert is told nobody knows (D-12)', () => {
    const bench = new Bench(fan);
    bench.begin();
    bench.answer('start');
    bench.answer('x!');
    const { bench: next, said } = bench.takeOver();
    expect(said).toEqual(['TAKEOVER x y z', 'x REVERTING', 'y INTERRUPTED', 'z INTERRUPTED', 'z REVERTING', 'y REVERTING']);
    expect(next.run.status.atoms[2]?.outcome).toBe('interrupted');
  });

  test('an atom that kills every engine is given up after maxLosses', () => {
    let bench = new Bench(compiled({ a: {}, poison: { after: ['a'], maxLosses: 3 } }));
    bench.begin();
    bench.answer('a');
    const said: string[][] = [];
    for (let death = 1; death <= 3; death++) {
      const next = bench.takeOver();
      bench = next.bench;
      said.push(next.said);
    }
    expect(said).toEqual([
      ['TAKEOVER poison', 'poison RUNNING'],
      ['TAKEOVER poison', 'poison RUNNING'],
      ['TAKEOVER poison', 'poison INTERRUPTED', 'INTEND REVERT 0-2', 'poison REVERTING'],
    ]);
    expect(bench.run.status.atoms[1]?.failure?.message).toContain('died 3 times');
  });

  test('a takeover that was not used is no loss', () => {
    const bench = new Bench(linear);
    bench.begin();
    const { bench: next } = bench.takeOver();
    next.limits = { ...next.limits, hold: 'stop' };
    expect(next.decide([{ kind: 'notStarted', atoms: [0] }])).toEqual(['a WITHDRAWN']);
    const { bench: last } = next.takeOver();
    expect(last.run.status.atoms[0]).toMatchObject({ losses: 1, attempt: 2, executions: 2 });
  });
});
