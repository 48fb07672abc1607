import { expect } from 'vitest';
import { memory } from '../../../src/index.js';
import { flows } from './flows.js';
import { emitted, untilEmitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

/** What calls say while they are under way. */
export const reportCases: readonly ExecutorCase[] = [
  {
    name: 'progress and events are heard, in their order, with their values',
    async run(rig) {
      const { app, events } = rig.app();
      await app.run(flows.says, { id: 'r' });
      expect(emitted(events)).toEqual([
        ['printed', { at: new Date(0), big: 12345678901234567890n }],
        ['bare', undefined],
      ]);
      expect(events.flatMap((event) => (event.type === 'progress' ? [[event.fraction, event.details]] : []))).toEqual([
        [0.25, { page: 1 }],
        [0.5, undefined],
      ]);
    },
  },
  {
    name: 'what is saved is durable before the task hears that it is, and the next call has it',
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence, graceMs: 1 });
      const lost = first.app.run(flows.saves, { id: 'r', inputs: { how: 'waits' } }).catch(() => undefined);
      await untilEmitted(first.events, 'saved');
      // Its call ends with it: a place that still has it would go on with it for the next one.
      await first.app.stop();
      await lost;
      const second = rig.app({ persistence });
      expect(await second.app.resume(flows.saves, 'r', { takeover: 'force' })).toMatchObject({
        state: 'SUCCESS',
        results: { before: 'saved by call 1' },
      });
    },
  },
  {
    name: 'what can not be stored is not saved, and the task hears of it',
    async run(rig) {
      const { app } = rig.app();
      expect((await app.runOrThrow(flows.saves, { inputs: { how: 'live' } })).before).toBe('NotStorableError');
    },
  },
  {
    name: 'a secret is masked in all that a call tells, however it ends',
    async run(rig) {
      const { app, events } = rig.app();
      const result = await app.run(flows.leaks, { id: 'r', inputs: { word: 'canary-7' } });
      expect(result).toMatchObject({ state: 'FAILURE', failures: [{ phase: 'execute' }, { phase: 'revert' }] });
      expect(emitted(events).map(([event]) => event)).toEqual(['heard', 'unheard']);
      expect(JSON.stringify([result, events, await app.inspect('r')])).not.toContain('canary');
    },
  },
];
