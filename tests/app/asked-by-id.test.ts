import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import {
  type AnyFlow,
  type App,
  defineTask,
  file,
  flowproof,
  linear,
  memory,
  type Persistence,
  sleep,
  type TaskContext,
  waitFor,
} from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const HOUR_MS = 3_600_000;
let fails = { execute: '', revert: '' };
const log: string[] = [];
const task = <const Name extends string>(name: Name) =>
  defineTask({
    name,
    execute: async () => {
      log.push(name);
      if (fails.execute === name) throw new Error('execute fails');
    },
    revert: async () => {
      log.push(`-${name}`);
      if (fails.revert === name) throw new Error('revert fails');
    },
  });
const nap = linear('nap').add(task('a')).add(sleep(HOUR_MS)).add(task('b')).build();
const hear = linear('hear').add(task('a')).add(waitFor('go')).add(task('b')).build();
const short = linear('short').add(task('a')).add(task('b')).build();
const flows: AnyFlow[] = [nap, hear, short];
type TestApp = App<AnyFlow[]>;
const appOn = (persistence: Persistence): TestApp => flowproof({ persistence, flows });

/** It is under way, and no process has it. */
async function asleep(app: TestApp, flow: AnyFlow): Promise<void> {
  await app.start(flow, { id: 'r' });
  await vi.waitFor(async () => expect(await app.inspect('r')).toMatchObject({ asleep: {} }));
  expect((await app.inspect('r')).owner).toBeUndefined();
}
async function ended(app: TestApp, execute: string, revert: string): Promise<void> {
  fails = { execute, revert };
  await app.run(short, { id: 'r' });
  fails = { execute: '', revert: '' };
}
async function cancelled(app: TestApp, options?: { readonly undo: false }): Promise<void> {
  await asleep(app, nap);
  await (await app.cancel('r', options)).result();
}

/** How a run comes to stand so. */
const STANDINGS: Readonly<Record<string, (app: TestApp) => Promise<void>>> = {
  asleep: (app) => asleep(app, nap),
  'waiting for a signal': (app) => asleep(app, hear),
  SUSPENDED: async (app) => {
    await asleep(app, nap);
    await app.suspend('r');
    await vi.waitFor(async () => expect((await app.inspect('r')).state).toBe('SUSPENDED'));
  },
  SUCCESS: (app) => ended(app, '', ''),
  REVERTED: (app) => ended(app, 'b', ''),
  FAILURE: (app) => ended(app, 'b', 'a'),
  CANCELLED: (app) => cancelled(app),
  'CANCELLED where it was': (app) => cancelled(app, { undo: false }),
  PENDING: async (app) => {
    await asleep(app, nap);
    await app.reset('r');
  },
};

/** What is asked of it by its id, and waited for as far as that ends. */
const ASKED: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
  reset: (app) => app.reset('r'),
  requeue: (app) => app.requeue('r'),
  retryFailed: async (app) => (await app.retryFailed('r')).result(),
  cancel: async (app) => (await app.cancel('r')).result(),
  suspend: (app) => app.suspend('r'),
};

/** In the order of `ASKED`: the state that it comes to, or the code of the refusal. */
const BECOMES: Readonly<Record<string, readonly string[]>> = {
  asleep: ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'CANCELLED', 'SUSPENDED'],
  'waiting for a signal': ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'CANCELLED', 'SUSPENDED'],
  SUSPENDED: ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'CANCELLED', 'SUSPENDED'],
  SUCCESS: ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'RUN_ENDED', 'RUN_ENDED'],
  REVERTED: ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'RUN_ENDED', 'RUN_ENDED'],
  FAILURE: ['PENDING', 'PENDING', 'REVERTED', 'RUN_ENDED', 'RUN_ENDED'],
  CANCELLED: ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'RUN_ENDED', 'RUN_ENDED'],
  'CANCELLED where it was': ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'CANCELLED', 'RUN_ENDED'],
  PENDING: ['PENDING', 'PENDING', 'RUN_NOT_FAILED', 'CANCELLED', 'PENDING'],
};

describe.each(Object.entries(STANDINGS))('a run that is %s', (standing, stand) => {
  test.each(
    Object.entries(ASKED).map(([asked, ask], at) => [asked, BECOMES[standing]?.[at] ?? '', ask] as const),
  )('and is asked for %s: %s', async (_, becomes, ask) => {
    await using app = appOn(memory());
    await stand(app);
    const before = (await app.inspect('r')).state;
    const refused = await ask(app).then(
      () => undefined,
      ({ code }: { code: string }) => code,
    );
    const state = refused === undefined ? becomes : before;
    await vi.waitFor(async () => expect((await app.inspect('r')).state).toBe(state));
    expect(refused ?? state).toBe(becomes);
  });
});

function onEveryStore(name: string, prove: (store: Persistence) => Promise<void>): void {
  test(`${name}: memory`, () => prove(memory()));
  test(`${name}: files`, () => prove(file(mkdtempSync(join(tmpdir(), 'flowproof-by-id-')))));
  describePostgres('PostgreSQL', (database) => {
    let stores = 0;
    test(name, () => prove(postgres(database().url, { schema: `by_id_${stores++}` })));
  });
}

describe('a run that sleeps', () => {
  onEveryStore('begins anew when it is reset, and is not due when it would have woken up', async (store) => {
    await using app = appOn(store);
    await asleep(app, hear);
    log.length = 0;
    await app.reset('r');
    const { state, atoms, asleep: sleeps, posted } = await app.inspect('r');
    expect({ state, atoms: atoms.map((atom) => atom.state), sleeps, posted }).toEqual({
      ...{ state: 'PENDING', atoms: ['PENDING', 'PENDING', 'PENDING'] },
      ...{ sleeps: undefined, posted: undefined },
    });
    const running = app.resume(hear, 'r');
    await vi.waitFor(() => expect(log).toEqual(['a']));
    await app.signal(hear, 'r', 'go', undefined);
    expect((await running).state).toBe('SUCCESS');
    // Nothing was undone, and `a` was done twice, once before.
    expect(log).toEqual(['a', 'b']);
  });
});

test('a run that a process has left in the middle of a task begins anew when it is reset', async () => {
  const store = memory();
  const calls: string[] = [];
  const execute = (_: object, { idempotencyKey }: TaskContext): Promise<void> => {
    calls.push(idempotencyKey);
    return calls.length > 1 ? Promise.resolve() : new Promise(() => undefined);
  };
  const stuck = linear('stuck')
    .add(defineTask({ name: 'stuck', execute }))
    .build();
  const first = flowproof({ persistence: store, flows: [stuck], graceMs: 0 });
  await first.start(stuck, { id: 'r' });
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  await expect(first.reset('r')).rejects.toMatchObject({ code: 'RUN_OWNED' });
  await first.stop();
  await using second = flowproof({ persistence: store, flows: [stuck], recover: false });
  expect((await second.inspect('r')).state).toBe('RUNNING');
  await second.reset('r');
  expect((await second.resume(stuck, 'r')).state).toBe('SUCCESS');
  // It is other work, with a key of its own.
  expect(new Set(calls).size).toBe(2);
});
