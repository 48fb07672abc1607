import { describe, expect, test } from 'vitest';
import type { RetryDefinition } from '../../src/authoring/index.js';
import { Bench, compiled } from './runs.js';

const own = (methods: { execute?: boolean; revert?: boolean } = {}): RetryDefinition => ({
  kind: 'custom',
  name: 'own',
  requires: [],
  provides: [],
  declared: true,
  hasExecute: methods.execute === true,
  hasRevert: methods.revert === true,
  code: { kind: 'object', target: {} },
});

/** a, then r over b and c, then z. */
const guarded = (policy: RetryDefinition) =>
  compiled({
    a: {},
    r: { after: ['a'], retries: { last: 'c', policy } },
    b: { after: ['r'] },
    c: { after: ['b'] },
    z: { after: ['c'] },
  });

describe('a failure that a retry of the user decides about', () => {
  test('is durable before it is asked, and nothing else begins meanwhile', () => {
    const bench = new Bench(guarded(own()));
    bench.begin();
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'r ATTEMPT', 'b RUNNING']);
    expect(bench.answer('b!')).toEqual(['b FAILURE', 'b UNSETTLED']);
    expect(bench.asked).toMatchObject([{ question: { about: 'failure', retry: 1, failed: 2, via: 2 } }]);
    expect(bench.decide([])).toEqual([]);
    expect(bench.asked).toHaveLength(1);
  });

  test('RETRY undoes the flow and begins the next attempt', () => {
    const bench = new Bench(guarded(own()));
    bench.begin();
    bench.answer('a');
    bench.answer('b');
    bench.answer('c!');
    expect(bench.vote('RETRY')).toEqual(['r DECIDED', 'INTEND RETRY 1-2', 'INTEND REVERT 2-4', 'c SETTLED', 'c REVERTING']);
    bench.answer('c');
    expect(bench.answer('b')).toEqual(['b REVERTED', 'r RETRYING', 'RESET 2-4', 'INTEND EXECUTE 1-2', 'r ATTEMPT', 'b RUNNING']);
    expect(bench.run.status.atoms[1]).toMatchObject({ tried: [{}, {}], decided: [{ attempt: 1, failed: 3, decision: 'RETRY' }] });
  });

  test('REVERT goes back, REVERT_ALL too, whoever is around', () => {
    for (const word of ['REVERT', 'REVERT_ALL']) {
      const bench = new Bench(guarded(own()));
      bench.begin();
      bench.answer('a');
      bench.answer('b!');
      expect(bench.vote(word)).toEqual(['r DECIDED', 'INTEND REVERT 0-5', 'b SETTLED', 'b REVERTING']);
    }
  });

  test('REVERT_LOCAL undoes this flow and what comes after it; the rest stays, and the run is no success (D-1)', () => {
    const bench = new Bench(guarded(own()));
    bench.begin();
    bench.answer('a');
    bench.answer('b');
    bench.answer('c!');
    expect(bench.vote('REVERT_LOCAL').slice(1, 3)).toEqual(['INTEND REVERT 1-4', 'INTEND REVERT 4-5']);
    bench.answer('c');
    expect(bench.answer('b')).toEqual(['b REVERTED', 'r REVERTING', 'r REVERTED', 'RUN FAILURE']);
    expect(bench.states()).toBe('a SUCCESS, r REVERTED, b REVERTED, c REVERTED, z PENDING');
  });

  test('siblings of a flow that was undone locally run on to their end', () => {
    const flow = compiled({ r: { retries: { last: 'b', policy: own() } }, b: { after: ['r'] }, x: {}, y: { after: ['x'] } });
    const bench = new Bench(flow);
    bench.begin();
    bench.answer('b!');
    bench.vote('REVERT_LOCAL');
    bench.answer('b', 'x');
    expect(bench.answer('y')).toEqual(['y SUCCESS', 'RUN FAILURE']);
  });

  test('a throw or another answer is a failure of the retry itself: it gives up (D-9)', () => {
    const bench = new Bench(guarded(own()));
    bench.begin();
    bench.answer('a');
    bench.answer('b!');
    expect(bench.vote('PERHAPS')).toEqual(['r FAILURE', 'r DECIDED', 'INTEND REVERT 0-5', 'b SETTLED', 'b REVERTING']);
    expect(bench.run.status.atoms[1]?.failure).toMatchObject({ code: 'BAD_ANSWER', message: expect.stringContaining("said 'PERHAPS'") });
  });

  test('is asked about once for each atom that failed, in their order, with what was said before (R-13.17)', () => {
    const flow = compiled({ r: { retries: { last: 'y', policy: own() } }, x: { after: ['r'] }, y: { after: ['r'] } });
    const bench = new Bench(flow);
    bench.begin();
    bench.answer('y!', 'x!');
    expect(bench.asked.map(({ question }) => question)).toEqual([{ about: 'failure', retry: 0, failed: 1, via: 1 }]);
    bench.vote('RETRY');
    expect(bench.asked.map(({ question }) => question)).toEqual([{ about: 'failure', retry: 0, failed: 2, via: 2 }]);
    // The last word counts, but what goes back is never brought forward again.
    expect(bench.vote('REVERT_ALL')).toContain('INTEND REVERT 0-3');
  });

  test('a retry that gives up is what the one around it hears of', () => {
    const flow = compiled({
      o: { retries: { last: 'b', policy: own() } },
      r: { after: ['o'], retries: { last: 'b', policy: own() } },
      b: { after: ['r'] },
    });
    const bench = new Bench(flow);
    bench.begin();
    bench.answer('b!');
    expect(bench.vote('REVERT')).toEqual(['r DECIDED']);
    expect(bench.asked.map(({ question }) => question)).toEqual([{ about: 'failure', retry: 0, failed: 2, via: 1 }]);
    expect(bench.vote('RETRY').slice(0, 3)).toEqual(['o DECIDED', 'INTEND RETRY 0-1', 'INTEND REVERT 1-3']);
  });

  test('a new engine asks again what was not answered, and not what was', () => {
    const flow = compiled({
      o: { retries: { last: 'b', policy: own() } },
      r: { after: ['o'], retries: { last: 'b', policy: own() } },
      b: { after: ['r'] },
    });
    const first = new Bench(flow);
    first.begin();
    first.answer('b!');
    const second = first.takeOver().bench;
    expect(second.asked.map(({ question }) => question)).toEqual([{ about: 'failure', retry: 1, failed: 2, via: 2 }]);
    second.vote('REVERT');
    const third = second.takeOver().bench;
    expect(third.asked.map(({ question }) => question)).toEqual([{ about: 'failure', retry: 0, failed: 2, via: 1 }]);
  });

  test('an answer to an engine that lost the run, or of another question, says nothing', () => {
    const bench = new Bench(guarded(own()));
    bench.begin();
    bench.answer('a');
    bench.answer('b!');
    const question = bench.asked[0]?.question;
    if (question === undefined) throw new Error('nothing was asked');
    expect(bench.decide([{ kind: 'answered', question, id: 99, answer: 'RETRY' }])).toEqual([]);
  });
});

describe('the code of a retry', () => {
  test('gives the values of each attempt in a call, which a crash repeats', () => {
    const bench = new Bench(guarded(own({ execute: true })));
    bench.begin();
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'r RUNNING']);
    const { bench: second, said } = bench.takeOver();
    expect(said).toEqual(['TAKEOVER r', 'r RUNNING']);
    expect(second.answer('r')).toEqual(['r ATTEMPT', 'b RUNNING']);
    second.answer('b!');
    second.vote('RETRY');
    expect(second.answer('b')).toEqual(['b REVERTED', 'r RETRYING', 'RESET 2-4', 'INTEND EXECUTE 1-2', 'r RUNNING']);
    expect(second.answer('r')).toEqual(['r ATTEMPT', 'b RUNNING']);
  });

  test('that throws has failed itself: the retry around it is asked, it is not (R-13.15)', () => {
    const bench = new Bench(guarded(own({ execute: true, revert: true })));
    bench.begin();
    bench.answer('a');
    expect(bench.answer('r!')).toEqual(['r FAILURE', 'INTEND REVERT 0-5', 'r REVERTING']);
    expect(bench.answer('r')).toEqual(['r REVERTED', 'a REVERTING']);
  });

  test('a start that is taken back leaves it between its attempts', () => {
    const bench = new Bench(guarded(own({ execute: true })));
    bench.begin();
    bench.answer('a');
    bench.answer('r');
    bench.answer('b!');
    bench.vote('RETRY');
    bench.answer('b');
    expect(bench.run.status.atoms[1]).toMatchObject({ state: 'RUNNING' });
    bench.limits = { ...bench.limits, hold: 'suspend' };
    expect(bench.decide([{ kind: 'notStarted', atoms: [1] }])).toEqual(['r WITHDRAWN', 'RUN SUSPENDED']);
    expect(bench.run.status.atoms[1]).toMatchObject({ state: 'RETRYING', lost: false });
    expect(bench.takeOver().said).toEqual(['TAKEOVER', 'RUN RUNNING', 'r RUNNING']);
  });
});

describe('a task that was interrupted', () => {
  const interrupted = (onInterrupted: 'rerun' | 'revert' | 'suspend') => {
    const bench = new Bench(compiled({ a: {}, b: { after: ['a'], onInterrupted } }));
    bench.begin();
    bench.answer('a');
    return bench.takeOver();
  };

  test('rerun: is called again', () => {
    expect(interrupted('rerun').said).toEqual(['TAKEOVER b', 'b RUNNING']);
  });

  test('revert: counts as failed, and nobody knows what it did', () => {
    const { bench, said } = interrupted('revert');
    expect(said).toEqual(['TAKEOVER b', 'b INTERRUPTED', 'INTEND REVERT 0-2', 'b REVERTING']);
    expect(bench.run.status.atoms[1]?.outcome).toBe('interrupted');
  });

  test('suspend: the run rests before anything is undone', () => {
    const { bench, said } = interrupted('suspend');
    expect(said).toEqual(['TAKEOVER b', 'b INTERRUPTED', 'INTEND REVERT 0-2', 'RUN SUSPENDED']);
    expect(bench.takeOver().said).toEqual(['TAKEOVER', 'RUN RUNNING', 'b REVERTING']);
  });
});
