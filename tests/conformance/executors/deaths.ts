import { expect } from 'vitest';
import { memory } from '../../../src/index.js';
import type { Death } from './dying.js';
import { flows } from './flows.js';
import { emitted, untilEmitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

/** What its failure says of how the place ended, where that is known for sure. */
const SAID: { readonly [How in Death]?: string } = {
  exit: 'exit code 3',
  timer: 'thrown in a timer',
  rejection: 'nobody awaits this',
  memory: 'reaching memory limit',
};

/** The deaths of places that really die, one by one, and code that never ends: of executors that call tasks elsewhere. */
export function deathCases(deaths: readonly Death[], told: boolean): readonly ExecutorCase[] {
  return [...deaths.flatMap((how) => casesOf(how, told)), ...(deaths.length > 0 ? ENDLESS : [])];
}

/** @param told whether what ended the place is heard of, beside its exit code */
function casesOf(how: Death, told: boolean): readonly ExecutorCase[] {
  const says = how === 'exit' || told ? (SAID[how] ?? '') : '';
  return [
    {
      name: `a place that dies (${how}) costs one call, forward and while it is undone`,
      async run(rig) {
        const { app, events } = rig.app();
        const dying = { inputs: { how, deaths: 1, deathsInRevert: 1 } };
        expect((await app.run(flows.mortalUndone, dying)).state).toBe('REVERTED');
        expect(emitted(events)).toEqual([['undone', { kind: 'result', calls: 2, lost: 1 }]]);
        expect(events.filter(({ type }) => type === 'late' || type === 'stuck')).toEqual([]);
        // The next call finds a place.
        expect((await app.runOrThrow(flows.mortal, { inputs: { how, deaths: 0, deathsInRevert: 0 } })).calls).toBe(1);
      },
    },
    {
      name: `a task whose place dies each time (${how}) is given up after maxLosses, and so is its revert`,
      async run(rig) {
        const { app } = rig.app();
        const lost = { code: 'PLACE_LOST', cause: { message: expect.stringContaining(says) } };
        expect(await app.run(flows.frail, { inputs: { how, deaths: 9, deathsInRevert: 9 } })).toMatchObject({
          state: 'FAILURE',
          pendingReverts: ['frail/frail'],
          failures: [
            { path: 'frail/frail', phase: 'execute', failure: { code: 'INTERRUPTED', cause: lost } },
            { path: 'frail/frail', phase: 'revert', failure: { code: 'INTERRUPTED', cause: lost } },
          ],
        });
      },
    },
  ];
}

const ENDLESS: readonly ExecutorCase[] = [
  {
    name: 'code that never gives its thread back ends with its app, and the next one calls it again',
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence, graceMs: 1 });
      const running = first.app.run(flows.endless, { id: 'r', inputs: { inRevert: false } }).catch((error: { code: string }) => error.code);
      await untilEmitted(first.events, 'spinning', running);
      await first.app.stop();
      expect(await running).toBe('APP_STOPPED');
      const second = rig.app({ persistence });
      expect(await second.app.resume(flows.endless, 'r')).toMatchObject({ state: 'SUCCESS', results: { calls: 2 } });
    },
  },
  {
    name: 'a revert that never gives its thread back ends with its app, and the next one calls it again',
    async run(rig) {
      const persistence = memory();
      const first = rig.app({ persistence, graceMs: 1 });
      const running = first.app
        .run(flows.endlessUndone, { id: 'r', inputs: { inRevert: true } })
        .catch((error: { code: string }) => error.code);
      await untilEmitted(first.events, 'spinning', running);
      await first.app.stop();
      expect(await running).toBe('APP_STOPPED');
      const second = rig.app({ persistence });
      expect((await second.app.resume(flows.endlessUndone, 'r')).state).toBe('REVERTED');
      expect(emitted(second.events)).toEqual([['undone', 2]]);
    },
  },
  {
    name: 'code that never gives its thread back is ended when its run is cancelled, and is undone as interrupted',
    async run(rig) {
      const { app, events } = rig.app({ graceMs: 1 });
      const running = app.run(flows.endless, { id: 'r', inputs: { inRevert: false } });
      await untilEmitted(events, 'spinning', running);
      await app.cancel('r');
      expect((await running).state).toBe('CANCELLED');
      expect(emitted(events).at(-1)).toEqual(['undone', 1]);
    },
  },
];
