import { describe, expect, test } from 'vitest';
import { memory, type Persistence, PersistenceError } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Gate } from './gate.js';
import { app, code, flow, type GatedApp } from './gated-app.js';

/** A store of which single methods are replaced. */
function changed(store: Persistence, change: (journal: ReturnType<Persistence['connect']>) => void): Persistence {
  const connect = (): ReturnType<Persistence['connect']> => {
    const journal = store.connect();
    change(journal);
    return journal;
  };
  return { kind: store.kind, connect };
}

test('who waits for another process is told when its own app stops', async () => {
  const store = memory();
  const gate = new Gate();
  await using owner = app(store, gate);
  const run = owner.run(flow, { id: 'x' });
  await gate.reached;
  const waiter = app(store, new Gate(), { leaseMs: 90 });
  const waiting = code(waiter.run(flow, { id: 'x' }));
  await waiter.runs();
  await waiter.stop();
  expect(await waiting).toBe('APP_STOPPED');
  gate.open();
  expect((await run).state).toBe('SUCCESS');
});

test('a run that is being begun while the app stops is left to others, and nothing is called', async () => {
  const store = memory();
  const creating = new Gate();
  const slow = changed(store, (journal) => {
    const { createRun } = journal;
    journal.createRun = async (params) => {
      await creating.pass();
      return createRun.call(journal, params);
    };
  });
  const gate = new Gate();
  const stopping = app(slow, gate);
  const begun = code(stopping.run(flow, { id: 'x' }));
  await creating.reached;
  const stopped = stopping.stop();
  creating.open();
  await stopped;
  expect(await begun).toBe('APP_STOPPED');
  gate.open();
  await using next = app(store, gate);
  expect((await next.inspect('x')).atoms).toMatchObject([{ state: 'PENDING', executions: 0 }]);
  expect((await next.resume(flow, 'x')).state).toBe('SUCCESS');
});

test('a store that fails while the app stops is closed all the same, and hides no result', async () => {
  let closed = 0;
  const failing = changed(memory(), (journal) => {
    const { close } = journal;
    journal.release = () => Promise.reject(new Error('db down'));
    journal.close = async () => {
      closed++;
      await close.call(journal);
    };
  });
  const gate = new Gate();
  gate.open();
  const stopping = app(failing, gate);
  expect((await stopping.run(flow)).state).toBe('SUCCESS');
  await stopping.stop();
  expect(closed).toBe(1);
});

test('stop does not wait for a store that is away longer than graceMs', async () => {
  const writing = new Gate();
  writing.open();
  const away = changed(memory(), (journal) => {
    journal.append = async (items) => {
      await writing.pass();
      return items.map(() => ({ kind: 'unknown', cause: new Error('away') }));
    };
  });
  const gate = new Gate();
  gate.open();
  const stopping = app(away, gate, { graceMs: 1, storeTimeoutMs: 600_000 });
  const run = code(stopping.run(flow));
  await writing.reached;
  await stopping.stop();
  expect(await run).toBe('STORE_UNREACHABLE');
});

describe.each([
  'open',
  'createRun',
  'append',
  'tick',
  'find',
  'load',
  'release',
  'close',
] as const)('a store that never ends its %s', (method) => {
  test('holds up neither stop nor whoever waits for a run', async () => {
    const store = memory();
    const [clock, gate, busy, asked] = [new VirtualClock(), new Gate(), new Gate(), new Gate()];
    const one = app(store, busy, { graceMs: 0 });
    const left = code(one.run(flow, { id: 'left' }));
    await busy.reached;
    const hanging = changed(store, (journal) => {
      journal[method] = () => asked.pass() as Promise<never>;
    });
    gate.open();
    const stopping = app(hanging, gate, { clock });
    const calls = Promise.all([code(stopping.run(flow)), code(stopping.resume(flow, 'left', { takeover: 'force' }))]);
    if (method === 'release' || method === 'close') await calls;
    else await asked.reached;
    const codes = await ended(
      Promise.all([calls, stopping.stop()]).then(([said]) => said),
      () => clock.advance(1_000),
    );
    for (const said of codes) expect(['APP_STOPPED', 'no error']).toContain(said);
    busy.open();
    await left;
    await one.stop();
  });
});

describe('a call that asks its store while its app stops is told so, not that the store is closed', () => {
  const CALLS: readonly [name: string, asks: keyof ReturnType<Persistence['connect']>, call: (app: GatedApp) => Promise<unknown>][] = [
    ['runs', 'runs', (one) => one.runs()],
    ['inspect', 'load', (one) => one.inspect('x')],
    ['state of a handle', 'find', (one) => one.handle('x').state()],
    ['result of a handle', 'find', (one) => one.handle('x').result()],
    ['cancel', 'find', (one) => one.cancel('x')],
    ['suspend', 'send', (one) => one.suspend('x')],
    ['suspend of an engine', 'send', (one) => one.engine(flow, { id: 'x' }).suspend()],
    ['retryFailed', 'find', (one) => one.retryFailed('x')],
    ['skipRevert', 'load', (one) => one.skipRevert('x', 'gated-flow/gated')],
    ['reset', 'load', (one) => one.reset('x')],
    ['saveLogbook', 'saveLogbook', (one) => one.saveLogbook('orders', {})],
    ['logbooks', 'logbooks', (one) => one.logbooks()],
    ['prune', 'prune', (one) => one.prune({ olderThanMs: 0 })],
    ['resumeAll', 'tick', (one) => one.resumeAll()],
  ];

  test.each(CALLS)('%s', async (_, asks, call) => {
    const store = memory();
    await using preparing = app(store);
    await preparing.engine(flow, { id: 'x' }).prepare();
    const [clock, asked] = [new VirtualClock(), new Gate()];
    const slow = changed(store, (journal) => {
      const whole = journal as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const ask = whole[asks] as (...args: unknown[]) => Promise<unknown>;
      whole[asks] = async (...args) => {
        await asked.pass();
        return ask.apply(journal, args);
      };
    });
    const stopping = app(slow, new Gate(), { graceMs: 0, clock });
    const said = code(call(stopping));
    await asked.reached;
    await ended(stopping.stop(), () => clock.advance(1_000));
    asked.open();
    expect(await said).toBe('APP_STOPPED');
  });
});

/** Lets time pass until it has ended. */
async function ended<Result>(work: Promise<Result>, pass: () => void): Promise<Result> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    pass();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return over;
}

describe('who waits for a run of another process', () => {
  async function waitsWhile(error: Error, more: object): Promise<readonly string[]> {
    const [store, clock, gate, asked] = [memory(), new VirtualClock(), new Gate(), new Gate()];
    const owner = app(store, gate);
    const run = owner.run(flow, { id: 'x' });
    await gate.reached;
    let isAway = false;
    const away = changed(store, (journal) => {
      const { tick } = journal;
      journal.tick = async (params) => {
        if (params.watch.length > 0) asked.open();
        if (isAway) throw error;
        return tick.call(journal, params);
      };
    });
    const waiter = app(away, new Gate(), { clock, ...more });
    const waiting = Promise.all([code(waiter.run(flow, { id: 'x' })), code(waiter.handle('x').result())]);
    await ended(asked.opened, () => clock.advance(1_000));
    isAway = true;
    const codes = await ended(waiting, () => clock.advance(1_000));
    gate.open();
    await run;
    await Promise.all([owner.stop(), waiter.stop()]);
    return codes;
  }

  test('is told when the store has been away for storeTimeoutMs', async () => {
    const codes = await waitsWhile(new PersistenceError('STORE_UNREACHABLE', 'away'), { storeTimeoutMs: 30_000 });
    expect(codes).toEqual(['STORE_UNREACHABLE', 'STORE_UNREACHABLE']);
  });

  test('is told at once what waiting does not help', async () => {
    const codes = await waitsWhile(new PersistenceError('STORE_SCHEMA', 'the tables are gone'), { storeTimeoutMs: 1e12 });
    expect(codes).toEqual(['STORE_SCHEMA', 'STORE_SCHEMA']);
  });
});

test('an app that has given up its lease takes none again for whoever still waits for a run', async () => {
  const [store, gate, finding] = [memory(), new Gate(), new Gate()];
  const owner = app(store, gate);
  const run = owner.run(flow, { id: 'x' });
  await gate.reached;
  const calls: string[] = [];
  const watched = changed(store, (journal) => {
    const { find, tick, release } = journal;
    journal.find = async (by) => {
      await finding.pass();
      return find.call(journal, by);
    };
    journal.tick = (params) => {
      calls.push('tick');
      return tick.call(journal, params);
    };
    journal.release = async (id) => {
      calls.push('release');
      finding.open();
      await new Promise((resolve) => setImmediate(resolve));
      await release.call(journal, id);
    };
  });
  const stopping = app(watched, new Gate());
  const waiting = code(stopping.handle('x').result());
  await finding.reached;
  await stopping.stop();
  expect(await waiting).toBe('APP_STOPPED');
  expect(calls).toEqual(['release']);
  gate.open();
  await run;
  await owner.stop();
});

test('a run whose engine gave up is resumed by resumeAll of the same process, when the store is back', async () => {
  let isAway = true;
  const store = changed(memory(), (journal) => {
    const { append } = journal;
    journal.append = async (items) =>
      isAway ? items.map(() => ({ kind: 'unknown', cause: new Error('away') })) : append.call(journal, items);
  });
  const gate = new Gate();
  gate.open();
  await using one = app(store, gate, { storeTimeoutMs: 0 });
  expect(await code(one.run(flow, { id: 'x' }))).toBe('STORE_UNREACHABLE');
  isAway = false;
  const [handle] = await one.resumeAll();
  expect((await handle?.result())?.state).toBe('SUCCESS');
  expect(await one.resumeAll()).toEqual([]);
});
