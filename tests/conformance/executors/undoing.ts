import { expect } from 'vitest';
import { flows } from './flows.js';
import { emitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

/** How calls are undone. */
export const undoCases: readonly ExecutorCase[] = [
  {
    name: 'a revert is told the result, what was saved, and why the run goes back',
    async run(rig) {
      const { app, events } = rig.app();
      expect((await app.run(flows.undone, { inputs: { how: 'saves' } })).state).toBe('REVERTED');
      const told = { kind: 'result', result: { done: new Date(0) }, saved: { part: new Map([['a', 1n]]) }, how: 'saves' };
      expect(emitted(events)).toEqual([['undone', { ...told, failures: ['undone/stumbles: planned'] }]]);
    },
  },
  {
    name: 'a revert is told that its execute failed, and what it had saved',
    async run(rig) {
      const { app, events } = rig.app();
      expect((await app.run(flows.undone, { inputs: { how: 'saves and fails' } })).state).toBe('REVERTED');
      const told = { kind: 'failure', result: 'none', saved: 'half', how: 'saves and fails' };
      expect(emitted(events)).toEqual([['undone', { ...told, failures: ['undone/undoable: planned'] }]]);
    },
  },
  {
    name: 'what a revert gives is kept for whoever looks',
    async run(rig) {
      const { app, events } = rig.app();
      await app.run(flows.undone, { id: 'r', inputs: { how: 'fine' } });
      const undone = events.find((event) => event.type === 'task' && event.state === 'REVERTED' && event.path === 'undone/undoable');
      expect(undone).toMatchObject({ result: { undone: 'fine' } });
    },
  },
  {
    name: 'a revert that fails leaves the run to a person',
    async run(rig) {
      const { app } = rig.app();
      expect(await app.run(flows.undone, { inputs: { how: 'fails back' } })).toMatchObject({
        state: 'FAILURE',
        pendingReverts: ['undone/undoable'],
        failures: [{ path: 'undone/stumbles' }, { path: 'undone/undoable', phase: 'revert', failure: { code: 'STUCK' } }],
      });
    },
  },
];
