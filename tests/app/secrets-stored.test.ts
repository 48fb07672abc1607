import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  defineTask,
  type EncryptionKey,
  encrypted,
  FlowDefinitionError,
  flowproof,
  linear,
  memory,
  offloaded,
  type Persistence,
  run,
  type TaskContext,
  times,
} from '../../src/index.js';
import { MemoryJournal, MemoryStore } from '../../src/persistence/memory/memory-journal.js';
import { withFaults } from '../../src/testing/index.js';

const keyOf = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const KEYS = [keyOf('k1')];

type Ctx = TaskContext<{ failing: number; log: string[] }>;

/** Three tasks, of which the last fails as often as it is told to; the token is a secret unless it is not. */
function flowWith({ secret = true, password = true } = {}) {
  const issue = defineTask({
    name: 'issue',
    requires: ['password'],
    provides: ['token', 'user'],
    secret: secret ? ['token'] : [],
    execute: ({ password }: { password: string }, ctx: Ctx) => {
      ctx.services.log.push(`issue ${password}`);
      return { token: `token of ${password}`, user: 'u-1' };
    },
  });
  const use = defineTask({
    name: 'use',
    requires: ['token'],
    provides: ['used'],
    execute: async ({ token }: { token: string }, ctx: Ctx) => {
      ctx.services.log.push(`use ${token}`);
      await ctx.save({ token });
      if (ctx.services.failing-- > 0) throw new Error(`no use of ${token}`);
      return { used: token.length };
    },
  });
  const started = linear('secretive').input<{ password: string }>();
  return (password ? started.secret('password') : started)
    .add(issue)
    .add(linear.open('again').retry(times(50)).add(use).build())
    .build();
}

const flow = flowWith();
/** With a space, which no sealed value has by chance. */
const inputs = { password: 'hush hush' };
/** A store whose entries a test can read, as somebody does who has no key. It does not say that it keeps secrets. */
const over = (store: MemoryStore): Persistence => ({ kind: 'memory', connect: () => new MemoryJournal(store) });
const textOf = (store: MemoryStore): string =>
  JSON.stringify([...store.table.records()].map(({ places, inputsHash }) => [inputsHash, places.map(({ transitions }) => transitions)]));
const services = (failing = 0) => ({ failing, log: [] as string[] });

/** The process dies behind a write. */
async function dies(persistence: Persistence, write: number, failing = 0, of = flow): Promise<void> {
  const faulty = withFaults(persistence, (at) => (at === write ? 'die-after' : 'pass'));
  const app = flowproof({ persistence: faulty, flows: [of], services: services(failing) });
  await Promise.race([app.run(of, { id: 'r', inputs }).then(() => Promise.reject(new Error('it ended before'))), faulty.died]);
}

describe('a store that would keep secrets readable is refused before anything is written', () => {
  const store = new MemoryStore();
  const to = { put: async () => undefined, get: async () => undefined };
  test.each<[string, Persistence]>([
    ['a store without keys', over(store)],
    ['values kept elsewhere before they are encrypted', offloaded(encrypted(over(store), { keys: KEYS }), { to })],
    ['faults around it', withFaults(over(store), () => 'pass')],
  ])('%s', async (_name, persistence) => {
    const make = () => flowproof({ persistence, flows: [flow], services: services() });
    expect(make).toThrow(FlowDefinitionError);
    expect(make).toThrow(/'secretive' has the secret 'password', and this store would keep it readable.*encrypted\(/);
    expect(make).toThrow(/'secretive\/issue' has the secret 'token'.*\[SECRET_READABLE\]/);
    await expect(run(flow, { persistence, inputs, services: services() })).rejects.toMatchObject({ code: 'FLOW_DEFINITION' });
    const open = flowWith({ secret: false, password: false });
    expect(() => flowproof({ persistence, flows: [open], services: services() })).not.toThrow();
    expect([...store.table.records()]).toEqual([]);
  });

  test('memory is none, as nothing is at rest there, and with keys every store will do', () => {
    for (const persistence of [
      memory(),
      encrypted(over(store), { keys: KEYS }),
      encrypted(over(store), { keys: KEYS, values: 'secrets' }),
    ]) {
      expect(() => flowproof({ persistence, flows: [flow], services: services() })).not.toThrow();
    }
  });
});

test('the key may change while a run rests after a crash, and what both have encrypted is read', async () => {
  const [old, young] = [keyOf('old'), keyOf('young')];
  const store = new MemoryStore();
  let keys: readonly EncryptionKey[] = [old];
  const persistence = encrypted(over(store), { keys: () => keys, values: 'secrets' });
  await dies(persistence, 2);
  keys = [young, old];
  const mine = services();
  await using app = flowproof({ persistence, flows: [flow], services: mine });
  expect(await app.resume(flow, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { token: 'token of hush hush' } });
  expect(mine.log).toEqual(['use token of hush hush']);
  const ids = [...textOf(store).matchAll(/~sealed[\\":]+(\w+)\./g)].map(([, id]) => id);
  expect(new Set(ids)).toEqual(new Set(['old', 'young']));
  expect(textOf(store)).not.toContain('hush hush');
});

test('without the key, or with another one of its name, a run is refused with run, step and reason, and nothing of it is done', async () => {
  const store = new MemoryStore();
  await dies(encrypted(over(store), { keys: KEYS, values: 'secrets' }), 2);
  const before = textOf(store);
  for (const [keys, code, reason] of [
    [[keyOf('k2')], 'JOURNAL_SEALED', /run '[\w-]+'.*'k1'/],
    [[keyOf('k1')], 'JOURNAL_CORRUPT', /run '[\w-]+'.*'k1' names another key/],
  ] as const) {
    const mine = services();
    await using app = flowproof({ persistence: encrypted(over(store), { keys, values: 'secrets' }), flows: [flow], services: mine });
    for (const attempt of [
      () => app.resume('r', { takeover: 'force' }),
      () => app.inspect('r'),
      () => app.run(flow, { id: 'r', inputs }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code,
        runId: expect.stringMatching(/^[\w-]{36}$/),
        message: expect.stringMatching(reason),
      });
    }
    expect((await app.runs()).runs).toMatchObject([{ id: 'r', state: 'RUNNING' }]);
    expect(mine.log).toEqual([]);
  }
  const bare = flowWith({ secret: false, password: false });
  await using stranger = flowproof({ persistence: over(store), flows: [bare], services: services() });
  await expect(stranger.resume('r', { takeover: 'force' })).rejects.toMatchObject({ code: 'JOURNAL_SEALED', seq: 0 });
  expect(textOf(store)).toBe(before);
});

test('a secret that is moved to another place is found out', async () => {
  const store = new MemoryStore();
  const persistence = encrypted(over(store), { keys: KEYS, values: 'secrets' });
  await dies(persistence, 2);
  const places = [...store.table.records()][0]?.places ?? [];
  const [input] = /\{"~sealed":"[^"]+"\}/.exec(places[0]?.transitions ?? '') ?? [];
  const step = places.findIndex(({ transitions }) => transitions.includes('"token":{"~sealed"'));
  const there = places[step];
  if (input === undefined || there === undefined) throw new Error('nothing to move');
  places[step] = { ...there, transitions: there.transitions.replace(/"token":\{[^}]+\}/, `"token":${input}`) };
  await using app = flowproof({ persistence, flows: [flow], services: services() });
  const refusal = { code: 'JOURNAL_CORRUPT', seq: step, message: expect.stringContaining('SUCCESS 0 token') };
  await expect(app.resume('r', { takeover: 'force' })).rejects.toMatchObject(refusal);
});

test('snapshots have no secret in them, and runs go on from them', async () => {
  const store = new MemoryStore();
  const persistence = encrypted(over(store), { keys: KEYS, values: 'secrets' });
  const faulty = withFaults(persistence, (write) => (write === 60 ? 'die-after' : 'pass'));
  const first = flowproof({ persistence: faulty, flows: [flow], services: services(30), snapshotAfter: 10 });
  await Promise.race([first.run(flow, { id: 'r', inputs }), faulty.died]);
  expect(textOf(store)).toMatch(/SNAPSHOT[^[]*~sealed/);
  await using app = flowproof({ persistence, flows: [flow], services: services(3) });
  expect((await app.resume('r', { takeover: 'force' })).state).toBe('SUCCESS');
  expect(textOf(store)).not.toContain('hush hush');
});

describe('a run goes on with a flow in which another value is secret', () => {
  const open = flowWith({ secret: false, password: false });
  const plain = 'token of hush hush';

  test('one that has become secret: what is written from now on is encrypted, and what was written stays, and is masked', async () => {
    const store = new MemoryStore();
    await dies(over(store), 3, 1, open);
    const written = textOf(store);
    expect(written).toContain(plain);
    const persistence = encrypted(over(store), { keys: KEYS, values: 'secrets' });
    await using app = flowproof({ persistence, flows: [flow], services: services(2) });
    // Before it has gone on, too: today's flow says what is secret.
    expect(JSON.stringify(await app.inspect('r'))).not.toContain('hush hush');
    expect(JSON.stringify(await app.inspect('r', { secrets: 'plain' }))).toContain(plain);
    const result = await app.resume(flow, 'r', { takeover: 'force' });
    expect(result).toMatchObject({ state: 'SUCCESS', results: { token: plain } });
    const places = [...store.table.records()][0]?.places ?? [];
    const added = places.slice(JSON.parse(written)[0][1].length).map(({ transitions }) => transitions);
    expect(added.length).toBeGreaterThan(3);
    expect(added.join()).toContain('~sealed');
    expect(added.join()).not.toContain('hush hush');
    expect(textOf(store)).toContain(plain);
    expect(JSON.stringify(await app.inspect('r'))).not.toContain('hush hush');
  });

  test('one that is no secret any more: what was encrypted is read, and new values are not encrypted', async () => {
    const store = new MemoryStore();
    const persistence = encrypted(over(store), { keys: KEYS, values: 'secrets' });
    await dies(persistence, 2);
    await using app = flowproof({ persistence, flows: [open], services: services(1) });
    expect((await app.resume(open, 'r', { takeover: 'force' })).state).toBe('SUCCESS');
    expect(textOf(store)).toContain(`no use of ${plain}`);
    expect(JSON.stringify(await app.inspect('r'))).toContain(plain);
  });

  test('only some values, or all: either store reads what the other one wrote', async () => {
    const store = new MemoryStore();
    const some = encrypted(over(store), { keys: KEYS, values: 'secrets' });
    const all = encrypted(over(store), { keys: KEYS, plain: 'read' });
    for (const [write, read] of [
      [some, all],
      [all, some],
    ] as const) {
      await dies(write, 2);
      await using app = flowproof({ persistence: read, flows: [flow], services: services() });
      expect(await app.resume(flow, 'r', { takeover: 'force' })).toMatchObject({
        state: 'SUCCESS',
        results: { token: plain, user: 'u-1' },
      });
      store.table.remove([...store.table.records()].map(({ runId }) => runId));
    }
  });
});

test('an id, a logbook and metadata are readable for everybody, so they may not hold a secret input', async () => {
  await using app = flowproof({ persistence: memory(), flows: [flow], services: services() });
  for (const [where, options] of [
    ['id', { id: 'of hush hush' }],
    ['logbook', { logbook: 'hush hush' }],
    ['metadata', { metadata: { customer: 'hush hush!' } }],
    ['id and metadata', { id: 'hush hush', metadata: { 'hush hush': 'x' } }],
  ] as const) {
    const refusal = { code: 'INVALID_INPUT', message: expect.stringContaining(`password: the ${where} of the run would show`) };
    await expect(app.run(flow, { ...options, inputs })).rejects.toMatchObject(refusal);
    await expect(app.engine(flow, { ...options, inputs }).prepare()).rejects.toMatchObject(refusal);
  }
  expect((await app.runs()).runs).toEqual([]);
  expect((await app.run(flow, { id: 'r', metadata: { customer: 'c-7' }, inputs })).state).toBe('SUCCESS');
});
