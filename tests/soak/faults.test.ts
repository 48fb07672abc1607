import { expect, test } from 'vitest';
import { ALL_KINDS, Deck, faultOf, KINDS, Strikes } from './faults.js';
import { Random } from './random.js';

const BOUNDS = { frozenMs: 3_000, networkMs: 8_000 };

test('a deck deals each kind as often as it has it before any comes again, in an order that follows from the seed', () => {
  const dealt = (seed: number) => {
    const deck = new Deck(KINDS.engine, new Random(seed));
    return Array.from({ length: 2 * KINDS.engine.length }, () => deck.next());
  };
  const [first, second] = [dealt(1).slice(0, KINDS.engine.length), dealt(1).slice(KINDS.engine.length)];
  expect([...first].sort()).toEqual([...KINDS.engine].sort());
  expect([...second].sort()).toEqual([...first].sort());
  expect(second).not.toEqual(first);
  expect(dealt(1)).toEqual(dealt(1));
  expect(dealt(1)).not.toEqual(dealt(2));
  expect(new Deck([], new Random(1)).next()).toBeUndefined();
});

test.each(ALL_KINDS)('what lasts ends within its bounds: %s', (kind) => {
  const random = new Random(7);
  for (let count = 0; count < 200; count++) {
    const fault = faultOf(kind, random, BOUNDS);
    expect(fault.kind).toBe(kind);
    const numbers = Object.values(fault).filter((value) => typeof value === 'number');
    for (const value of numbers) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThanOrEqual(8_000);
    }
  }
});

test('what never happened is missed', () => {
  const strikes = new Strikes(['cut', 'kill']);
  strikes.struck('cut');
  expect(strikes.counts).toEqual({ cut: 1, kill: 0 });
  expect(strikes.rarerThan(1)).toEqual(['kill']);
  expect(strikes.rarerThan(2)).toEqual(['cut', 'kill']);
});
