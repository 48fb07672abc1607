import { expect, test, vi } from 'vitest';
import { defineTask, flowproof, linear, memory, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';
import { code, gates, twoGates } from './two-gates.js';

test('a known id with equal inputs joins the run: under way, and ended', async () => {
  const services = { gates: gates() };
  await using app = flowproof({ persistence: memory(), flows: [twoGates], services });
  const first = app.run(twoGates, { id: 'r' });
  await services.gates.one.reached;
  const second = app.run(twoGates, { id: 'r' });
  services.gates.one.open();
  services.gates.two.open();
  expect(await second).toEqual(await first);
  const third = vi.fn(() => app.run(twoGates, { id: 'r' }));
  expect(await third()).toEqual(await first);
});

test('other inputs or another flow under a known id conflict, and name what is stored', async () => {
  const add = defineTask({ name: 'add', requires: ['n'], provides: ['m'], execute: async ({ n }: { n: number }) => ({ m: n + 1 }) });
  const plus = linear('plus').input<{ n: number }>().add(add).build();
  const other = linear('other').input<{ n: number }>().add(add).build();
  await using app = flowproof({ persistence: memory(), flows: [plus, other] });
  await app.run(plus, { inputs: { n: 1 }, id: 'r' });
  await expect(app.run(plus, { inputs: { n: 2 }, id: 'r' })).rejects.toThrow("run 'r' was started with other inputs");
  await expect(app.run(other, { inputs: { n: 1 }, id: 'r' })).rejects.toThrow("belongs to flow 'plus', not to 'other'");
  expect(await code(app.run(other, { inputs: { n: 1 }, id: 'r' }))).toBe('RUN_CONFLICT');
  expect(await code(app.resume(other, 'r'))).toBe('RUN_CONFLICT');
  expect(await code(app.resume('nobody'))).toBe('RUN_NOT_FOUND');
});

test('what a live engine has is refused to resume, and awaited by run', async () => {
  const persistence = memory();
  const services = { gates: gates() };
  await using here = flowproof({ persistence, flows: [twoGates], services, leaseMs: 300 });
  await using there = flowproof({ persistence, flows: [twoGates], services, leaseMs: 300 });
  const run = here.run(twoGates, { id: 'r' });
  await services.gates.one.reached;
  expect(await code(there.resume(twoGates, 'r'))).toBe('RUN_OWNED');
  expect(await code(here.resume(twoGates, 'r'))).toBe('RUN_OWNED');
  const waiting = there.run(twoGates, { id: 'r' });
  services.gates.one.open();
  services.gates.two.open();
  expect(await waiting).toEqual(await run);
});

test('who is taken over by force stops with StaleRunError and its signal is aborted', async () => {
  const persistence = memory();
  const seen: unknown[] = [];
  const slow = defineTask({
    name: 'slow',
    async execute(_: {}, { signal, attempt, services, save }: TaskContext<{ gate: Gate; aborted: Gate }>) {
      if (attempt > 1) return;
      signal.addEventListener('abort', () => services.aborted.open());
      await services.gate.pass();
      // The journal refuses what this engine writes: that is how it learns that it has lost.
      seen.push(await code(save('half')), signal.aborted);
    },
  });
  const flow = linear('slow-flow').add(slow).build();
  const services = { gate: new Gate(), aborted: new Gate() };
  await using first = flowproof({ persistence, flows: [flow], services });
  await using second = flowproof({ persistence, flows: [flow], services });
  const lost = first.run(flow, { id: 'r' });
  const stale = code(lost);
  await services.gate.reached;
  const taken = await second.resume(flow, 'r', { takeover: 'force' });
  expect(taken.state).toBe('SUCCESS');
  services.gate.open();
  expect(await stale).toBe('STALE_RUN');
  await services.aborted.opened;
  await vi.waitFor(() => expect(seen).toEqual(['STALE_RUN', true]));
});
