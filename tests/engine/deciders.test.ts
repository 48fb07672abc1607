import { expect, test } from 'vitest';
import { Bench, compiled } from './runs.js';

test('an answer about facts that a retry has undone counts for nobody', () => {
  const flow = compiled({
    retry: { retries: { last: 'target', attempts: 2 } },
    source: { after: ['retry'], revert: false },
    other: { after: ['retry'], revert: false },
    target: { after: ['source'], decider: { reach: 'atom' } },
  });
  const bench = new Bench(flow);
  bench.begin();
  bench.answer('source');
  expect(bench.asked).toHaveLength(1);
  bench.answer('other!');
  expect(bench.run.status.atoms[0]?.attempt).toBe(2);
  expect(bench.vote(false), 'of the first attempt').toEqual([]);
  bench.answer('source');
  expect(bench.asked).toHaveLength(1);
  expect(bench.vote(true)).toEqual(['target VOTE', 'target RUNNING']);
});

test('a new engine asks again what was not answered', () => {
  const flow = compiled({ source: {}, target: { after: ['source'], decider: { reach: 'atom' } } });
  const bench = new Bench(flow);
  bench.begin();
  bench.answer('source');
  const { bench: next } = bench.takeOver();
  expect(next.asked).toHaveLength(1);
  expect(next.vote(false)).toEqual(['target VOTE', 'target IGNORE', 'RUN SUCCESS']);
});

test('while a decider is asked, nothing is suspended, stopped or ended', () => {
  const flow = compiled({ source: {}, target: { after: ['source'], decider: { reach: 'atom' } } });
  const bench = new Bench(flow);
  bench.begin();
  bench.answer('source');
  bench.limits = { ...bench.limits, hold: 'suspend' };
  expect(bench.decide([])).toEqual([]);
  expect(bench.vote(true)).toEqual(['target VOTE', 'RUN SUSPENDED']);
  expect(bench.takeOver().said).toEqual(['TAKEOVER', 'RUN RUNNING', 'target RUNNING']);
});
