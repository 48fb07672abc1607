import { expect } from 'vitest';
import { flows } from './flows.js';
import { emitted } from './heard.js';
import type { ExecutorCase } from './rig.js';

const VALUES: readonly (readonly [string, unknown])[] = [
  ['a text', 'text'],
  ['null', null],
  ['a date', new Date(5)],
  ['a map with a bigint', new Map([['a', 12345678901234567890n]])],
  ['bytes', new Uint8Array([1, 2, 255])],
  ['odd numbers', [Number.NaN, -0, Number.POSITIVE_INFINITY]],
  ['a megabyte', 'x'.repeat(1_000_000)],
];

/** How calls end that run to their end. */
export const endCases: readonly ExecutorCase[] = [
  ...VALUES.map(
    ([what, value]): ExecutorCase => ({
      name: `${what} comes as it was given, and goes back`,
      async run(rig) {
        const { app } = rig.app();
        expect((await app.runOrThrow(flows.echo, { inputs: { value } })).echoed).toEqual(value);
      },
    }),
  ),
  {
    name: 'a call is told about its run',
    async run(rig) {
      const { app } = rig.app();
      const { seen } = await app.runOrThrow(flows.context, { id: 'r' });
      expect(seen).toMatchObject({ runId: 'r', path: 'context/context', attempt: 1, fence: 0, saved: undefined, isAborted: false });
      expect(seen.revertKey).toBe(`${seen.idempotencyKey}-revert`);
    },
  },
  {
    name: 'a failure has the code, the data and the cause of its error, and says that trying again is no use',
    async run(rig) {
      const { app } = rig.app();
      expect(await app.run(flows.fails, { inputs: { how: 'error' } })).toMatchObject({
        state: 'REVERTED',
        failures: [
          {
            path: 'fails/fails',
            failure: {
              ...{ name: 'PermanentError', message: 'no page', code: 'NO_PAGE', data: { page: 3 }, permanent: true },
              cause: { name: 'TypeError', message: 'the disk is full', code: 'ENOSPC' },
            },
          },
        ],
      });
    },
  },
  ...['text', 'nothing'].map(
    (how): ExecutorCase => ({
      name: `what throws ${how} fails`,
      async run(rig) {
        const { app } = rig.app();
        expect((await app.run(flows.fails, { inputs: { how } })).state).toBe('REVERTED');
      },
    }),
  ),
  ...(
    [
      ['more', 'PROVIDES_MISSING'],
      ['less', 'PROVIDES_UNKNOWN'],
      ['list', 'RESULT_NOT_OBJECT'],
      ['live', 'NOT_STORABLE'],
    ] as const
  ).map(
    ([how, code]): ExecutorCase => ({
      name: `what gives a wrong result (${how}) fails with ${code}`,
      async run(rig) {
        const { app } = rig.app();
        expect(await app.run(flows.wrong, { inputs: { how } })).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code } }] });
      },
    }),
  ),
  {
    name: 'hooks are called around execute, and around revert',
    async run(rig) {
      const { app, events } = rig.app();
      await app.run(flows.hooked, { inputs: { how: 'fine' } });
      expect(emitted(events).map(([event]) => event)).toEqual(['preExecute', 'execute', 'postExecute']);
      events.length = 0;
      await app.run(flows.hookedUndone, { inputs: { how: 'fine' } });
      expect(emitted(events).map(([event]) => event)).toEqual([
        ...['preExecute', 'execute', 'postExecute'],
        ...['preRevert', 'revert', 'postRevert'],
      ]);
    },
  },
  {
    name: 'the last hook is called after a failure, too',
    async run(rig) {
      const { app, events } = rig.app();
      await app.run(flows.hooked, { inputs: { how: 'fails' } });
      expect(emitted(events).map(([event]) => event)).toEqual([
        ...['preExecute', 'execute', 'postExecute'],
        ...['preRevert', 'revert', 'postRevert'],
      ]);
    },
  },
  {
    name: 'what fails after it has been done is interrupted, and its revert is told so',
    async run(rig) {
      const { app, events } = rig.app();
      expect((await app.run(flows.stumblesAfter)).state).toBe('REVERTED');
      expect(emitted(events)).toEqual([['undone', 'interrupted']]);
    },
  },
];
