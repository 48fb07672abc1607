import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digest, randomIds } from '../../src/model/ids.js';

const UUID = (version: number) => new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

test('ids of runs are UUIDs of version 7 that carry their time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (nowMs) => {
      const id = randomIds().runId(nowMs);
      expect(id).toMatch(UUID(7));
      expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(nowMs);
    }),
  );
});

test('ids of runs sort by the time at which they were made', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { minLength: 2 }), (times) => {
      const ids = times.map((time) => ({ time, id: randomIds().runId(time) }));
      const byId = [...ids].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ time }) => time);
      expect(byId).toEqual([...times].sort((a, b) => a - b));
    }),
  );
});

test('ids of one maker sort in their order, within a millisecond and when the clock goes back', () => {
  const maker = randomIds();
  const ids = Array.from({ length: 10_000 }, (_, index) => maker.runId(index < 9_000 ? 1_000 : 500));
  expect([...ids].sort()).toEqual(ids);
});

test('ids are not given twice, also across the pages of random bytes', () => {
  const many = 20_000;
  const maker = randomIds();
  expect(new Set(Array.from({ length: many }, () => maker.runId(1))).size).toBe(many);
  expect(new Set(Array.from({ length: many }, () => maker.unique())).size).toBe(many);
  expect(new Set(Array.from({ length: many }, () => maker.stepId())).size).toBe(many);
});

test('other ids have their format', () => {
  expect(randomIds().unique()).toMatch(UUID(4));
  expect(randomIds().stepId()).toMatch(/^[0-9a-f]{12}$/);
});

test('digests are equal exactly for equal parts', () => {
  expect(digest('run', 1, 'a/b')).toBe(digest('run', 1, 'a/b'));
  expect(digest('run', 1)).toMatch(/^[0-9a-f]{32}$/);
  const parts = fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      expect(digest(...a) === digest(...b)).toBe(JSON.stringify(a.map(String)) === JSON.stringify(b.map(String)));
    }),
  );
  expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'));
  expect(digest('1:a;', 'b')).not.toBe(digest('1:a;1:b;'));
});
