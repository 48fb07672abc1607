import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, type Persistence, times } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';
import { appOf, ended, files, flow, nextStore, opened, root, type Services } from './recovering.js';

afterAll(() => rmSync(root, { recursive: true, force: true }));

function onEveryStore(name: string, check: (store: () => Persistence) => Promise<void>): void {
  test(`${name}: files`, () => check(files));
  describePostgres('PostgreSQL', (database) => {
    test(name, () => check(() => postgres(database().url, { schema: `recovery_${nextStore()}` })));
  });
}

describe('what an app leaves when it stops', () => {
  onEveryStore('goes on in another one, after the task that was under way, though its lease was long', async (store) => {
    const persistence = store();
    const gate = new Gate();
    const first = appOf(persistence, { gate, leaseMs: 60_000 });
    await using second = appOf(persistence).app;
    await second.ready();
    const left = expect(first.app.run(flow, { id: 'x' })).rejects.toMatchObject({ code: 'APP_STOPPED' });
    await gate.reached;
    const stopped = first.app.stop();
    gate.open();
    await Promise.all([stopped, left]);
    await ended(second, 'x');
    expect(first.log).toEqual(['gated']);
  });

  onEveryStore('goes on before all of it has ended there', async (store) => {
    const persistence = store();
    const gate = new Gate();
    const calls: string[] = [];
    const failing = defineTask({
      name: 'failing',
      execute: async () => {
        calls.push('failing');
        if (calls.length === 1) throw new Error('not yet');
      },
    });
    const pausing = linear
      .dynamic<Services>('pausing')
      .retry(times(9, { backoff: { delayMs: 9_000 } }))
      .add(failing)
      .build();
    const cancelled = linear.dynamic<Services>('pausing').retry(times(9)).add(failing).build();
    const first = flowproof({ persistence, flows: [flow, pausing], services: { gate, log: [] }, leaseMs: 60_000 });
    const busy = first.run(flow, { id: 'busy' }).catch(() => undefined);
    await gate.reached;
    const resting = new Promise<void>((resolve) => {
      first.on((event) => event.type === 'retry' && event.state === 'RETRYING' && resolve());
    });
    const rests = expect(first.run(pausing, { id: 'rests' })).rejects.toMatchObject({ code: 'APP_STOPPED' });
    await resting;
    let isStopped = false;
    const stopped = first.stop().then(() => {
      isStopped = true;
    });
    const taken = new Promise<void>((resolve) => {
      const second = flowproof({
        ...{ persistence, flows: [cancelled], services: { gate: opened(), log: [] }, leaseMs: 60 },
        onEvent: (event) => {
          if (event.type !== 'recovery' || event.runId !== 'rests') return;
          resolve();
          void second.stop();
        },
      });
      void second.ready();
    });
    await Promise.all([rests, taken]);
    expect(isStopped).toBe(false);
    gate.open();
    await Promise.all([stopped, busy]);
  });

  onEveryStore('goes on at once when a task outlasts the grace of its app', async (store) => {
    const persistence = store();
    const gate = new Gate();
    const first = appOf(persistence, { gate, leaseMs: 60_000, graceMs: 1 });
    await using second = appOf(persistence).app;
    await second.ready();
    const left = first.app.run(flow, { id: 'x' }).catch(() => undefined);
    await gate.reached;
    await first.app.stop();
    await left;
    await ended(second, 'x');
    gate.open();
  });
});

onEveryStore('what is asked for by its id is joined, although it was taken up before', async (store) => {
  const persistence = store();
  await using keeper = appOf(persistence, { recover: false }).app;
  await keeper.runs();
  const ids = ['resumed', 'run again', 'in hand'];
  for (const id of ids) {
    const gate = new Gate();
    const first = appOf(persistence, { gate, graceMs: 0 });
    const left = first.app.run(flow, { id }).catch(() => undefined);
    await gate.reached;
    await Promise.all([first.app.stop(), left]);
  }
  const second = appOf(persistence);
  const ends = [
    second.app.resume(flow, 'resumed'),
    second.app.run(flow, { id: 'run again' }),
    second.app.engine(flow, { id: 'in hand' }).run(),
  ];
  expect((await Promise.all(ends)).map(({ state }) => state)).toEqual(ids.map(() => 'SUCCESS'));
  await second.app.stop();
});
