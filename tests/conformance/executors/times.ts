import { expect } from 'vitest';
import { BEATS_FOR_MS, flows } from './flows.js';
import { emitted, untilEmitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

/** Calls whose time is over. */
export const timeCases: readonly ExecutorCase[] = [
  {
    name: 'a call that takes too long is told to end: nobody knows what it did, and it is undone',
    async run(rig) {
      const { app, events } = rig.app();
      const failure = { name: 'TimeoutError', code: 'TIMEOUT' };
      expect(await app.run(flows.slow)).toMatchObject({ state: 'REVERTED', failures: [{ path: 'slow/obedient', failure }] });
      expect(emitted(events).at(-1)).toEqual(['undone', 'interrupted']);
    },
  },
  {
    name: 'a call that takes too long is made again where its task may be',
    async run(rig) {
      const { app, events } = rig.app();
      expect(await app.run(flows.slowAtFirst)).toMatchObject({ state: 'SUCCESS', results: { calls: 2 } });
      expect(emitted(events)).toEqual([
        ['begun', 1],
        ['begun', 2],
      ]);
    },
  },
  {
    name: 'a call that does not end then is ended by force, or told as stuck where nothing can do that',
    async run(rig) {
      const { app, events } = rig.app({ graceMs: 20 });
      expect(await app.run(flows.deafForTooLong)).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'TIMEOUT' } }] });
      const stuck = events.filter(({ type }) => type === 'stuck');
      expect(stuck).toMatchObject(rig.ends ? [] : [{ path: 'deafForTooLong/deaf', phase: 'execute', attempt: 1 }]);
      expect(await app.run(flows.echo, { inputs: { value: 1 } })).toMatchObject({ state: 'SUCCESS' });
    },
  },
  {
    name: 'a call that keeps its thread busy is ended by force, or ends in time where nothing can do that',
    async run(rig) {
      const { app } = rig.app({ graceMs: 20 });
      const forMs = rig.ends ? 3_600_000 : 200;
      const turn = rig.ends ? 2 : 1;
      expect(await app.run(flows.spins, { inputs: { forMs } })).toMatchObject({ state: 'SUCCESS', results: { turn } });
    },
  },
  {
    name: 'a revert that keeps its thread busy is ended by force, or ends in time where nothing can do that',
    async run(rig) {
      const { app, events } = rig.app({ graceMs: 20 });
      const forMs = rig.ends ? 3_600_000 : 200;
      expect((await app.run(flows.spinsBack, { inputs: { forMs } })).state).toBe('REVERTED');
      expect(emitted(events)).toEqual([['undone', rig.ends ? 2 : 1]]);
    },
  },
  {
    name: 'a call that ends when nobody waits for it any more changes nothing, and is told; one that was ended by force never does',
    async run(rig) {
      const { app, events } = rig.app({ graceMs: 20 });
      expect(await app.run(flows.tardy)).toMatchObject({ state: 'SUCCESS', results: { turn: 2 } });
      const late = events.filter(({ type }) => type === 'late');
      expect(late).toMatchObject(rig.ends ? [] : [{ path: 'tardy/tardy', turn: 1, attempt: 1 }]);
    },
  },
  {
    name: 'a call that says nothing for too long is told to end, and one that says that it gets on is not',
    async run(rig) {
      const { app, events } = rig.app();
      const running = app.run(flows.beats, { inputs: { forMs: BEATS_FOR_MS } });
      await untilEmitted(events, 'silent');
      expect(await running).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'HEARTBEAT' } }] });
    },
  },
  {
    name: 'a call is told when its time will be over',
    async run(rig) {
      const { app } = rig.app();
      const beganAtMs = Date.now();
      const { deadlineAtMs } = await app.runOrThrow(flows.told);
      expect(deadlineAtMs).toBeGreaterThanOrEqual(beganAtMs + 60_000);
      expect(deadlineAtMs).toBeLessThanOrEqual(Date.now() + 60_001);
    },
  },
];
