import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  conductor,
  defineTask,
  encrypted,
  file,
  flowproof,
  linear,
  memory,
  memoryBoard,
  type Persistence,
  run,
  type TaskContext,
  waitFor,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

/** What calls of the task are under way, and how many there were at most, of each customer. */
class Desk {
  readonly log: string[] = [];
  readonly most = new Map<string, number>();
  readonly #underWay = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;

  async serve(customer: string, n: number): Promise<void> {
    this.log.push(`${customer}${n}`);
    const now = (this.#underWay.get(customer) ?? 0) + 1;
    this.#underWay.set(customer, now);
    this.most.set(customer, Math.max(now, this.most.get(customer) ?? 0));
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay.set(customer, now - 1);
  }

  /** Lets one that is under way end. */
  next(): void {
    this.#waiting.shift()?.();
  }

  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

type Context = TaskContext<{ readonly desk: Desk }>;
const serve = defineTask({
  name: 'serve',
  requires: ['customer', 'n'],
  execute: ({ customer, n }: { customer: string; n: number }, { services }: Context) => services.desk.serve(customer, n),
});
interface Inputs {
  readonly customer: string;
  readonly n: number;
}
const two = linear('two', { concurrency: 2 }).input<Inputs>().add(serve).build();
const each = linear('each', { concurrency: { limit: 1, key: 'customer' } })
  .input<Inputs>()
  .add(serve)
  .build();
const shares = linear('shares', { concurrency: { limit: 10, key: 'customer', weights: { gold: 3 } } })
  .input<Inputs>()
  .add(serve)
  .build();
const asks = linear('asks', { concurrency: 1 }).add(waitFor('answer')).build();
const plain = linear('plain').input<Inputs>().add(serve).build();

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function opened({
  persistence = memory(),
  ...more
}: {
  persistence?: Persistence;
  recover?: boolean;
  board?: ReturnType<typeof memoryBoard>;
} = {}) {
  const desk = new Desk();
  const app = flowproof({ persistence, flows: [two, each, shares, asks, plain], services: { desk }, ...more });
  stops.push(async () => {
    desk.open();
    await app.stop();
  });
  return { app, desk };
}

const stores = [
  ['memory', async () => memory()],
  ['file', async () => file(await mkdtemp(join(tmpdir(), 'flowproof-limits-')))],
] as const;

describe.each(stores)('the concurrency of a flow, in %s', (_, store) => {
  test('lets no more runs be under way, however they were begun, and the others wait as PENDING', async () => {
    const { app, desk } = opened({ persistence: await store() });
    const runs = [];
    for (let n = 0; n < 3; n++) runs.push(await app.start(two, { id: `s${n}`, inputs: { customer: 'a', n } }));
    for (let n = 3; n < 6; n++) runs.push(await app.post(two, { id: `p${n}`, inputs: { customer: 'a', n } }));
    await expect.poll(() => desk.log).toEqual(['a0', 'a1']);
    expect(await app.handle('s2').state()).toBe('PENDING');
    expect(await app.handle('s0').state()).toBe('RUNNING');
    desk.next();
    await expect.poll(() => desk.log).toEqual(['a0', 'a1', 'a2']);
    desk.open();
    for (const one of runs) expect(await one.result()).toMatchObject({ state: 'SUCCESS' });
    expect(desk.log).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
    expect(desk.most.get('a')).toBe(2);
  });

  test('counts by the value of a key, and of each value the highest priority and then the oldest is next', async () => {
    const { app, desk } = opened({ persistence: await store() });
    const runs = [];
    for (const [n, customer, priority] of [
      [0, 'a', 0],
      [1, 'a', 0],
      [2, 'a', 0],
      [3, 'a', 5],
      [4, 'b', 0],
    ] as const)
      runs.push(await app.post(each, { inputs: { customer, n }, priority }));
    await expect.poll(() => desk.log).toEqual(['a0', 'b4']);
    desk.open();
    for (const one of runs) await one.result();
    expect(desk.log).toEqual(['a0', 'b4', 'a3', 'a1', 'a2']);
    expect([...desk.most.values()]).toEqual([1, 1]);
  });
});

describe('the concurrency of a flow', () => {
  test('is held by a run that sleeps, and by one that is suspended, until it ends', async () => {
    const { app } = opened();
    const first = await app.start(asks, { id: 'first' });
    const second = await app.start(asks, { id: 'second' });
    await expect.poll(() => first.state()).toBe('RUNNING');
    await app.suspend('first');
    await expect.poll(() => first.state()).toBe('SUSPENDED');
    expect(await second.state()).toBe('PENDING');
    void app.resume('first');
    await app.signal(asks, 'first', 'answer');
    await app.signal(asks, 'second', 'answer');
    expect(await second.result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('is given back by a run that is cancelled, and by one that begins anew', async () => {
    const { app, desk } = opened();
    const runs = [];
    for (let n = 0; n < 4; n++) runs.push(await app.start(each, { id: `r${n}`, inputs: { customer: 'a', n } }));
    await expect.poll(() => desk.log).toEqual(['a0']);
    await app.cancel('r1');
    desk.open();
    await runs[3]?.result();
    expect(desk.log).toEqual(['a0', 'a2', 'a3']);
    await (await app.requeue('r0')).result();
    expect(desk.log).toEqual(['a0', 'a2', 'a3', 'a0']);
    expect(desk.most.get('a')).toBe(1);
  });

  test('lets a run begin at once that an operator resumes', async () => {
    const { app, desk } = opened();
    await app.start(each, { id: 'r0', inputs: { customer: 'a', n: 0 } });
    await app.start(each, { id: 'r1', inputs: { customer: 'a', n: 1 } });
    const resumed = app.resume('r1');
    await expect.poll(() => desk.log).toEqual(['a0', 'a1']);
    desk.open();
    expect(await resumed).toMatchObject({ state: 'SUCCESS' });
  });

  test('counts runs of conductors, and of jobs on a board elsewhere', async () => {
    const board = memoryBoard();
    const { app, desk } = opened({ board });
    const works = conductor(app, { concurrency: 10 });
    stops.push(() => works.stop());
    await works.start();
    const runs = [];
    for (let n = 0; n < 5; n++) runs.push(await app.post(two, { id: `j${n}`, inputs: { customer: 'a', n } }));
    await expect.poll(() => desk.log).toHaveLength(2);
    desk.open();
    for (const one of runs) expect(await one.result()).toMatchObject({ state: 'SUCCESS' });
    expect(desk.most.get('a')).toBe(2);
  });

  test('lets keys have shares by their weights where there is less room than runs', async () => {
    const persistence = memory();
    const poster = opened({ persistence, recover: false });
    for (const customer of ['tin', 'gold']) for (let n = 0; n < 8; n++) await poster.app.post(shares, { inputs: { customer, n } });
    const { app, desk } = opened({ persistence });
    const works = conductor(app, { concurrency: 4 });
    stops.push(() => works.stop());
    await works.start();
    await expect.poll(() => desk.log).toHaveLength(4);
    expect(desk.log.filter((line) => line.startsWith('gold'))).toHaveLength(3);
    desk.open();
  });

  test('starves no key, though another one is posted to for ever', async () => {
    const persistence = memory();
    const poster = opened({ persistence, recover: false });
    for (let n = 0; n < 30; n++) await poster.app.post(shares, { inputs: { customer: 'loud', n }, priority: 100 });
    const { app, desk } = opened({ persistence });
    const works = conductor(app, { concurrency: 1 });
    stops.push(() => works.stop());
    const quiet = await poster.app.post(shares, { inputs: { customer: 'quiet', n: 0 }, priority: -100 });
    await works.start();
    desk.open();
    await quiet.result();
    expect(desk.log.indexOf('quiet0')).toBeLessThan(6);
    expect(desk.log.indexOf('quiet0')).toBeGreaterThanOrEqual(0);
  });

  test('is kept by run(…) without an app, beside others that use its store', async () => {
    const persistence = file(await mkdtemp(join(tmpdir(), 'flowproof-limits-')));
    const { app, desk } = opened({ persistence });
    await app.start(each, { id: 'held', inputs: { customer: 'a', n: 0 } });
    await expect.poll(() => desk.log).toEqual(['a0']);
    const alone = run(each, { persistence, id: 'alone', inputs: { customer: 'a', n: 1 }, services: { desk } });
    await expect
      .poll(async () => (await app.runs()).runs.map(({ id, state }) => `${id} ${state}`))
      .toEqual(['alone PENDING', 'held RUNNING']);
    desk.open();
    expect(await alone).toMatchObject({ state: 'SUCCESS' });
    expect(desk.most.get('a')).toBe(1);
  });

  test('refuses a key that nothing can be counted by', async () => {
    const { app } = opened();
    const inputs = { customer: { name: 'a' } as never, n: 0 };
    await expect(app.start(each, { inputs })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(app.start(each, { inputs: { n: 1 } as never })).rejects.toThrow("flow 'each' needs the input 'customer'");
    await expect(app.start(each, { inputs })).rejects.toThrow("customer: is { name: 'a' }, by which runs can't be counted");
    expect((await app.runs()).runs).toEqual([]);
  });
});

describe('the rate of a flow', () => {
  test.each([
    'memory',
    'an encrypted store',
  ])('in %s lets so many begin within any such time, and the next ones when it has passed', async (where) => {
    const clock = new VirtualClock();
    const kept = memory({ clock });
    const persistence = where === 'memory' ? kept : encrypted(kept, { keys: [{ id: 'k', key: randomBytes(32) }] });
    const rated = linear('rated', { rate: { limit: 2, perMs: 60_000 } })
      .input<Inputs>()
      .add(serve)
      .build();
    const desk = new Desk();
    desk.open();
    const app = flowproof({ persistence, clock, flows: [rated], services: { desk } });
    stops.push(() => app.stop());
    const runs = [];
    for (let n = 0; n < 5; n++) runs.push(await app.start(rated, { inputs: { customer: 'a', n } }));
    await runs[1]?.result();
    expect(desk.log).toEqual(['a0', 'a1']);
    await clock.advance(59_000);
    expect(desk.log).toEqual(['a0', 'a1']);
    await clock.advance(2_000);
    await runs[3]?.result();
    expect(desk.log).toEqual(['a0', 'a1', 'a2', 'a3']);
    await clock.advance(61_000);
    await runs[4]?.result();
  });
});
