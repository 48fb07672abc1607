import { expect, test } from 'vitest';
import { defineTask, type FlowEvent, flowproof, linear, memory, type Persistence, waitFor } from '../../src/index.js';
import { PersistenceError } from '../../src/model/errors.js';
import { VirtualClock } from '../../src/testing/index.js';

const booking = linear('booking')
  .add(defineTask({ name: 'reserve', execute: async () => undefined }))
  .add(waitFor('boarded'))
  .build();
const appOf = (persistence: Persistence, more: object = {}) => flowproof({ persistence, flows: [booking], ...more });

async function all(events: AsyncIterable<FlowEvent>): Promise<FlowEvent[]> {
  const heard: FlowEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

test('a break and an abort end it, whatever it waits for; nothing is left that listens', async () => {
  await using app = appOf(memory());
  const handle = await app.start(booking, { id: 'b-1' });
  for await (const event of handle.follow()) if (event.type === 'wait') break;
  const waiting = new AbortController();
  const rested: FlowEvent[] = [];
  for await (const event of handle.follow({ signal: waiting.signal })) {
    rested.push(event);
    if (event.type === 'wait') setImmediate(() => waiting.abort());
  }
  expect(rested.length).toBeGreaterThan(3);
  expect(await all(handle.follow({ signal: AbortSignal.abort() }))).toEqual([]);
  const asked = new AbortController();
  const events = handle.follow({ signal: asked.signal })[Symbol.asyncIterator]();
  const first = events.next();
  asked.abort();
  expect(await first).toEqual({ done: true, value: undefined });
  await handle.signal('boarded');
  expect((await handle.result()).state).toBe('SUCCESS');
});

/** A store in memory that is away when it is told to be. */
function leaving(): { readonly persistence: Persistence; away: boolean } {
  const inner = memory();
  const store = {
    away: false,
    persistence: {
      kind: 'memory',
      connect() {
        const journal = inner.connect();
        const load = journal.load.bind(journal);
        journal.load = async (...args) => {
          if (store.away) throw new PersistenceError('STORE_UNREACHABLE', 'away');
          return load(...args);
        };
        return journal;
      },
    },
  };
  return store;
}

test('a store that comes back is waited for, and one that is away for longer is an error', async () => {
  const clock = new VirtualClock();
  const store = leaving();
  await using app = appOf(store.persistence, { clock, storeTimeoutMs: 5_000, leaseMs: 1_000_000 });
  const handle = await app.start(booking, { id: 'b-1' });
  const events = handle.follow()[Symbol.asyncIterator]();
  /** Its next answer, while time passes: after 600 ms the store is back. */
  const next = async (isBack: boolean): Promise<unknown> => {
    let outcome: unknown;
    events.next().then(
      ({ value }) => (outcome = value),
      (error: unknown) => (outcome = error),
    );
    for (let turns = 0; outcome === undefined; turns++) {
      clock.advance(200);
      if (isBack && turns === 3) store.away = false;
      await new Promise(setImmediate);
    }
    return outcome;
  };
  expect(await next(false)).toMatchObject({ type: 'run', state: 'RUNNING' });
  for (let said: unknown; (said as FlowEvent | undefined)?.type !== 'wait'; ) said = await next(false);
  store.away = true;
  await handle.signal('boarded');
  expect(await next(true)).toMatchObject({ type: 'signal', heard: true });
  const again = app.follow('b-1')[Symbol.asyncIterator]();
  store.away = true;
  let outcome: unknown;
  again.next().catch((error: unknown) => (outcome = error));
  while (outcome === undefined) {
    clock.advance(200);
    await new Promise(setImmediate);
  }
  expect(outcome).toMatchObject({ code: 'STORE_UNREACHABLE' });
});

test('a run that there is none of, is of another flow, or is pruned while it is followed, says so where it is read', async () => {
  const other = linear('other').build();
  await using app = flowproof({ persistence: memory(), flows: [booking, other] });
  const lost = app.follow('nobody');
  await expect(all(lost)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await app.start(booking, { id: 'b-1' });
  await expect(all(app.handle(other, 'b-1').follow())).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  const handle = app.handle(booking, 'b-1');
  const events = handle.follow()[Symbol.asyncIterator]();
  await events.next();
  await handle.cancel();
  await handle.result();
  await app.prune({ olderThanMs: -1_000, states: ['CANCELLED'] });
  const rest = async (): Promise<void> => {
    while (!(await events.next()).done);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', runId: 'b-1' });
  expect(() => app.follow('b-1', { after: 0.5 })).toThrow('after is 0.5: it must be the seq of an event');
});

test('it ends with the app', async () => {
  const app = appOf(memory());
  const handle = await app.start(booking, { id: 'b-1' });
  const following = all(handle.follow());
  await handle.suspend();
  await handle.result();
  await app.stop();
  await expect(following).rejects.toMatchObject({ code: 'APP_STOPPED' });
});
