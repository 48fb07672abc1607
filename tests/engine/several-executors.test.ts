import { describe, expect, test } from 'vitest';
import type { CompiledFlow } from '../../src/compilation/index.js';
import type { Limits } from '../../src/engine/state/protocol.js';
import { Bench, compiled } from './runs.js';

/** The flow, with atoms that another executor calls. */
function placed(flow: CompiledFlow, on: Readonly<Record<string, string>>): CompiledFlow {
  const atoms = flow.atoms.map((atom) => (on[atom.path] === undefined ? atom : { ...atom, runsOn: on[atom.path] as string }));
  return { ...flow, atoms: atoms as CompiledFlow['atoms'], executors: [...new Set(Object.values(on))] };
}

function benchOf(flow: CompiledFlow, limits: Partial<Limits>): Bench {
  const bench = new Bench(flow);
  bench.limits = { ...bench.limits, ...limits };
  return bench;
}

const wide = compiled({ a: {}, b: {}, c: {}, d: {} });
const both = placed(wide, { a: 'cpu', b: 'cpu' });

describe('a flow whose tasks are called by several executors', () => {
  test('has as many calls of each as that has room for', () => {
    const bench = benchOf(both, { capacity: 1, named: [undefined, { capacity: 1 }] });
    expect(bench.begin().slice(2)).toEqual(['a RUNNING', 'c RUNNING']);
    expect(bench.answer('c')).toEqual(['c SUCCESS', 'd RUNNING']);
    expect(bench.answer('a')).toEqual(['a SUCCESS', 'b RUNNING']);
  });

  test('goes back with as many of each, too', () => {
    const bench = benchOf(both, { capacity: 4, named: [undefined, { capacity: 2 }] });
    bench.begin();
    bench.answer('a', 'b', 'c');
    bench.limits = { ...bench.limits, capacity: 1, named: [undefined, { capacity: 1 }] };
    expect(bench.answer('d!').filter((said) => said.endsWith('REVERTING'))).toEqual(['d REVERTING', 'b REVERTING']);
    expect(bench.answer('b')).toContain('a REVERTING');
    expect(bench.answer('d')).toContain('c REVERTING');
  });

  test('calls again what was lost where that has room, though another one has none', () => {
    const bench = benchOf(both, { capacity: 4, named: [undefined, { capacity: 4 }] });
    bench.begin();
    const { said } = bench.takeOver(4, { capacity: 2, named: [undefined, { capacity: 4, slots: 0 }] });
    expect(said.filter((text) => text.endsWith('RUNNING')).slice(-2)).toEqual(['c RUNNING', 'd RUNNING']);
  });

  test('begins by priority over all of them', () => {
    const flow = placed(compiled({ low: { priority: -1 }, other: {}, high: { priority: 9 } }), { low: 'cpu', high: 'cpu' });
    const bench = benchOf(flow, { capacity: 9, named: [undefined, { capacity: 9 }] });
    expect(bench.begin().slice(2)).toEqual(['high RUNNING', 'other RUNNING', 'low RUNNING']);
  });

  test('is called by the app where that has no such executor, and shares its room', () => {
    const bench = benchOf(both, { capacity: 2 });
    expect(bench.begin().slice(2)).toEqual(['a RUNNING', 'b RUNNING']);
    const mixed = placed(wide, { a: 'gpu', b: 'cpu' });
    const some = benchOf(mixed, { capacity: 2, named: [undefined, undefined, { capacity: 1 }] });
    expect(some.begin().slice(2)).toEqual(['a RUNNING', 'b RUNNING', 'c RUNNING']);
  });
});
