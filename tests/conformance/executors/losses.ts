import { expect } from 'vitest';
import { flows } from './flows.js';
import { emitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

const how = 'exit';

/** Calls whose place is gone. `maxLosses` of a task is 5. */
export const lossCases: readonly ExecutorCase[] = [
  {
    name: 'a call that is lost is made again',
    async run(rig) {
      const { app } = rig.losing();
      const result = await app.run(flows.mortal, { inputs: { how, deaths: 2, deathsInRevert: 0 } });
      expect(result).toMatchObject({ state: 'SUCCESS', results: { calls: 3 } });
    },
  },
  {
    name: 'a call that is lost too often fails, and its revert is told that nobody knows',
    async run(rig) {
      const { app, events } = rig.losing();
      const result = await app.run(flows.mortal, { inputs: { how, deaths: 9, deathsInRevert: 0 } });
      expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'mortal/mortal', failure: { code: 'INTERRUPTED' } }] });
      expect(emitted(events)).toEqual([['undone', { kind: 'interrupted', calls: 1, lost: 5 }]]);
    },
  },
  {
    name: 'a call that is lost is not made again where its task may not be: it counts as interrupted, and is undone',
    async run(rig) {
      const { app, events } = rig.losing();
      const result = await app.run(flows.once, { inputs: { how, deaths: 1, deathsInRevert: 0 } });
      expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'once/once', failure: { code: 'INTERRUPTED' } }] });
      expect(emitted(events)).toEqual([['undone', { kind: 'interrupted', calls: 1, lost: 1 }]]);
    },
  },
  {
    name: 'a revert that is lost is called again, and is told of the calls that were lost before',
    async run(rig) {
      const { app, events } = rig.losing();
      expect((await app.run(flows.mortalUndone, { inputs: { how, deaths: 1, deathsInRevert: 2 } })).state).toBe('REVERTED');
      expect(emitted(events)).toEqual([['undone', { kind: 'result', calls: 3, lost: 1 }]]);
    },
  },
  {
    name: 'a revert that is lost too often leaves the run to a person',
    async run(rig) {
      const { app } = rig.losing();
      expect(await app.run(flows.mortalUndone, { inputs: { how, deaths: 0, deathsInRevert: 9 } })).toMatchObject({
        state: 'FAILURE',
        pendingReverts: ['mortalUndone/mortal'],
      });
    },
  },
];
