import { expect } from 'vitest';
import { memory } from '../../../src/index.js';
import { flows } from './flows.js';
import { emitted, untilEmitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

/** Calls that are told to end, whose engine is gone, or that go on meanwhile. */
export const endingCases: readonly ExecutorCase[] = [
  {
    name: 'a call of a cancelled run is told to end: it counts as interrupted, and is undone',
    async run(rig) {
      const { app, events } = rig.app();
      const running = app.run(flows.obedient, { id: 'r' });
      await untilEmitted(events, 'begun');
      await app.cancel('r');
      expect((await running).state).toBe('CANCELLED');
      expect(emitted(events).at(-1)).toEqual(['undone', 'interrupted']);
    },
  },
  {
    name: 'a suspended run rests when its call has ended, and goes on',
    async run(rig) {
      const { app, events } = rig.app();
      const running = app.run(flows.saves, { id: 'r', inputs: { how: 'saves' } });
      await untilEmitted(events, 'saved');
      await app.suspend('r').catch(() => undefined);
      const { state } = await running;
      const ended = state === 'SUSPENDED' ? await app.resume(flows.saves, 'r') : await running;
      expect(ended).toMatchObject({ state: 'SUCCESS', results: { before: 'nothing' } });
    },
  },
  {
    name: 'a call is told to end when its app has stopped for long enough, and is made again by the next one',
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence, graceMs: 1 });
      const running = first.app.run(flows.obedient, { id: 'r' }).catch((error: { code: string }) => error.code);
      await untilEmitted(first.events, 'begun');
      await first.app.stop();
      expect(await running).toBe('APP_STOPPED');
      const second = rig.app({ persistence });
      expect(await second.app.resume(flows.obedient, 'r')).toMatchObject({ state: 'SUCCESS', results: { calls: 2 } });
    },
  },
  {
    name: 'a call that does not end when it is told to keeps no app from stopping',
    async run(rig) {
      const { app, events } = rig.app({ graceMs: 1 });
      const running = app.run(flows.deaf).catch((error: { code: string }) => error.code);
      await untilEmitted(events, 'begun');
      await app.stop();
      expect(await running).toBe('APP_STOPPED');
    },
  },
  {
    name: 'of a run that was taken over the other engine makes the call, and the answer of the first one is dropped',
    makesAgain: true,
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence });
      const lost = first.app.run(flows.obedient, { id: 'r' }).catch((error: { code: string }) => error.code);
      await untilEmitted(first.events, 'begun');
      const second = rig.app({ persistence });
      const taken = await second.app.resume(flows.obedient, 'r', { takeover: 'force' });
      expect(taken).toMatchObject({ state: 'SUCCESS', results: { calls: 2 } });
      // Its engine hears that it has lost the run when it writes; then it tells the call to end.
      await first.app.stop();
      expect(await lost).toMatch(/^(STALE_RUN|APP_STOPPED)$/);
      expect(await second.app.resume(flows.obedient, 'r')).toEqual(taken);
    },
  },
  {
    name: 'a revert is told to end when its app has stopped for long enough, and is called again by the next one',
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence, graceMs: 1 });
      const running = first.app.run(flows.obedientBack, { id: 'r' }).catch((error: { code: string }) => error.code);
      await untilEmitted(first.events, 'undoing', running);
      await first.app.stop();
      expect(await running).toBe('APP_STOPPED');
      const second = rig.app({ persistence });
      expect((await second.app.resume(flows.obedientBack, 'r')).state).toBe('REVERTED');
      expect(emitted(second.events)).toEqual([
        ['undoing', 2],
        ['undone', 2],
      ]);
    },
  },
  {
    name: 'of a run that was taken over while it is undone the other engine calls the revert',
    makesAgain: true,
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence });
      const lost = first.app.run(flows.obedientBack, { id: 'r' }).catch((error: { code: string }) => error.code);
      await untilEmitted(first.events, 'undoing', lost);
      const second = rig.app({ persistence });
      const taken = await second.app.resume(flows.obedientBack, 'r', { takeover: 'force' });
      expect(taken.state).toBe('REVERTED');
      expect(emitted(second.events).at(-1)).toEqual(['undone', 2]);
      await first.app.stop();
      expect(await lost).toMatch(/^(STALE_RUN|APP_STOPPED)$/);
      expect(await second.app.resume(flows.obedientBack, 'r')).toEqual(taken);
    },
  },
  {
    name: 'a call that is cancelled while it is undone is not told to end: what was done is undone once',
    async run(rig) {
      const { app, events } = rig.app();
      const running = app.run(flows.undone, { id: 'r', inputs: { how: 'saves' } });
      await untilEmitted(events, 'undone', running);
      await app.cancel('r').catch(() => undefined);
      expect((await running).state).toMatch(/^(REVERTED|CANCELLED)$/);
      expect(emitted(events).filter(([event]) => event === 'undone')).toHaveLength(1);
    },
  },
  {
    name: 'work that was not begun is not done twice: one key for all calls of it',
    async run(rig) {
      const { app } = rig.app();
      const [one, other] = await Promise.all([app.runOrThrow(flows.context, { id: 'a' }), app.runOrThrow(flows.context, { id: 'b' })]);
      expect(one.seen.idempotencyKey).not.toBe(other.seen.idempotencyKey);
    },
  },
];
